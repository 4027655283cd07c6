using E2B.Protocol.Filesystem;
using E2B.Watching;

namespace E2B;

/// <summary>A watcher in the sandbox that collects events until it is asked for them. Stop it: it lives as long as the sandbox otherwise.</summary>
public sealed class PolledDirectoryWatcher : IAsyncDisposable
{
    /// <summary>How long letting go may take.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(2);

    private readonly WatchClient _client;
    private readonly WatchedDirectory _directory;
    private readonly WatchOptions _options;
    private readonly Func<CancellationToken, Task<string>> _create;
    private readonly SemaphoreSlim _gate = new(1);
    private string _id;
    private SandboxFileEventType? _loss;
    private bool _needsNewWatcher;
    private volatile bool _stopped;

    internal PolledDirectoryWatcher(
        WatchClient client, string sandboxId, WatchedDirectory directory, WatchOptions options, string id, Func<CancellationToken, Task<string>> create)
    {
        (_client, SandboxId, _directory, _options, _id, _create) = (client, sandboxId, directory, options, id, create);
    }

    /// <summary>The sandbox that the directory is in.</summary>
    public string SandboxId { get; }

    /// <summary>The directory's absolute path.</summary>
    public string Path => _directory.Path;

    /// <summary>Whether the directory was removed or moved away: nothing more will come.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>What has happened since the last call, or since the watcher was made.</summary>
    /// <param name="cancellationToken">Gives up. The events that were on their way may be lost; the next call says so.</param>
    /// <returns>The events in their order; one that says that some are missing comes first. Empty when nothing has happened.</returns>
    /// <exception cref="ObjectDisposedException">It was stopped.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke. The next call says that events may be missing.</exception>
    public async Task<IReadOnlyList<SandboxFileEvent>> GetNewEventsAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            var events = new List<SandboxFileEvent>();
            if (!IsEnded)
            {
                await RenewAsync(cancellationToken).ConfigureAwait(false);
                await CollectAsync(events, cancellationToken).ConfigureAwait(false);
            }

            return events;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Removes the watcher from the sandbox.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when it was not there any more.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_stopped)
            {
                return false;
            }

            bool wasThere = await _client.RemoveAsync(_id, _directory, _options, cancellationToken).ConfigureAwait(false);
            _stopped = true;
            return wasThere;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Removes the watcher from the sandbox, if that can be done within 2 s.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_endLimit);
        try
        {
            await StopAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It ends with the sandbox at the latest.
        }

        _stopped = true;
    }

    private async Task CollectAsync(List<SandboxFileEvent> events, CancellationToken cancellationToken)
    {
        IReadOnlyList<FilesystemEvent> told;
        try
        {
            told = await _client.GetEventsAsync(_id, _directory, _options, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException e) when (e.GetType() == typeof(E2BNotFoundException) || WatchOverflowException.Tells(e))
        {
            // The watcher has given up, or the daemon was replaced by another that knows nothing of it.
            _loss = WatchOverflowException.Tells(e) ? SandboxFileEventType.Overflow : SandboxFileEventType.Gap;
            _needsNewWatcher = true;
            await RenewAsync(cancellationToken).ConfigureAwait(false);
            told = [];
        }
        catch (Exception e) when (e is OperationCanceledException or E2BUnreachableException or E2BProtocolException or E2BTimeoutException)
        {
            // Whether the daemon has handed its events out is not known.
            _loss ??= SandboxFileEventType.Gap;
            throw;
        }

        if (_loss is { } loss)
        {
            _loss = null;
            events.Add(_directory.Loss(loss));
        }

        foreach (FilesystemEvent one in told)
        {
            if (_directory.ToEvent(one) is { } change)
            {
                events.Add(change);
                IsEnded |= WatchedDirectory.IsEnd(change);
            }
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (!_needsNewWatcher)
        {
            return;
        }

        string old = _id;
        try
        {
            _id = await _create(cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxFileNotFoundException)
        {
            IsEnded = true;
        }

        _needsNewWatcher = false;
        try
        {
            await _client.RemoveAsync(old, _directory, _options, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException)
        {
            // It collects nothing any more, and ends with the sandbox at the latest.
        }
    }
}
