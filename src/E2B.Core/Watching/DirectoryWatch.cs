using System.Runtime.CompilerServices;
using E2B.Watching;

namespace E2B;

/// <summary>A directory that is being watched. Read its events for what happens; dispose of it to end the watch.</summary>
/// <remarks>
/// <para>Everything that happens from the moment on when this object is there is told, in its order. The events end
/// when the directory is removed or moved away, which is the last of them; otherwise they go on until the reading is given up.
/// Giving it up loses nothing: the next one goes on from there.</para>
/// <para>A connection that breaks or falls silent is made again; a <see cref="SandboxFileEventType.Gap"/> tells that
/// events may be missing. A reader so slow that the daemon's queue fills gets a <see cref="SandboxFileEventType.Overflow"/>. In both cases
/// the directory is watched again when the event comes, so looking through it then misses nothing.</para>
/// </remarks>
public sealed class DirectoryWatch : IAsyncDisposable
{
    private readonly WatchEvents _events;
    private int _readers;

    internal DirectoryWatch(string sandboxId, string path, WatchEvents events)
    {
        SandboxId = sandboxId;
        Path = path;
        _events = events;
    }

    /// <summary>The sandbox that the directory is in.</summary>
    public string SandboxId { get; }

    /// <summary>The directory's absolute path.</summary>
    public string Path { get; }

    /// <summary>How often the watch was begun anew, after a lost connection or an overflow.</summary>
    public int ReattachCount => _events.Reattached;

    /// <summary>The events, as they come.</summary>
    /// <param name="cancellationToken">Stops reading. The watch goes on until it is disposed of.</param>
    /// <exception cref="InvalidOperationException">Somebody else is reading.</exception>
    /// <exception cref="E2BTimeoutException">The watch's timeout passed, or the sandbox ended or was paused.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke and could not be made again.</exception>
    public async IAsyncEnumerable<SandboxFileEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _readers, 1) != 0)
        {
            throw new InvalidOperationException("Somebody else is reading the events of this watch.");
        }

        try
        {
            do
            {
                while (_events.TryTake(out SandboxFileEvent? change))
                {
                    yield return change;
                    cancellationToken.ThrowIfCancellationRequested();
                }

                _events.CheckLimit();
            }
            while (await _events.FillAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            Volatile.Write(ref _readers, 0);
        }
    }

    /// <summary>Ends the watch.</summary>
    public ValueTask DisposeAsync()
    {
        _events.Dispose();
        return ValueTask.CompletedTask;
    }
}
