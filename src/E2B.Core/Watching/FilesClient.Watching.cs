using System.Runtime.CompilerServices;
using E2B.Watching;

namespace E2B;

/// <content>Watching directories.</content>
public sealed partial class FilesClient
{
    /// <summary>How long a directory is watched when nothing else is said.</summary>
    public static readonly TimeSpan DefaultWatchTimeout = TimeSpan.FromSeconds(60);

    private WatchClient Watching => new(_sandbox);

    /// <summary>Watches a directory; returns when it is watched, so that whatever is done after that is told.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="options">What to watch, as whom, and for how long: 60 s when nothing is said.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <returns>The watch. Read its events, and dispose of it.</returns>
    /// <exception cref="SandboxFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no directory, or on a network mount.</exception>
    /// <exception cref="E2BTemplateException">The sandbox's daemon is too old for what is asked of it.</exception>
    public Task<DirectoryWatch> WatchDirectoryAsync(string path, WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        Watching.OpenAsync(path, options ?? new WatchOptions(), cancellationToken);

    /// <summary>
    /// What happens in a directory, from the time on when the first event is asked for. Use
    /// <see cref="WatchDirectoryAsync"/> to know when that is so before something is changed.
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <param name="options">What to watch, as whom, and for how long: 60 s when nothing is said.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <exception cref="SandboxFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no directory, or on a network mount.</exception>
    /// <exception cref="E2BTemplateException">The sandbox's daemon is too old for what is asked of it.</exception>
    /// <exception cref="E2BTimeoutException">The watch's timeout passed, or the sandbox ended or was paused.</exception>
    public async IAsyncEnumerable<SandboxFileEvent> WatchAsync(
        string path, WatchOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        DirectoryWatch watch = await WatchDirectoryAsync(path, options, cancellationToken).ConfigureAwait(false);
        await using (watch.ConfigureAwait(false))
        {
            await foreach (SandboxFileEvent change in watch.ReadEventsAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
    }

    /// <summary>Makes a watcher in the sandbox that collects events until it is asked for them.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="options">What to watch, and as whom. It has no timeout.</param>
    /// <param name="cancellationToken">Gives up. A watcher that was made all the same is removed, if that can be done within 2 s.</param>
    /// <returns>The watcher. Ask it for events, and stop it.</returns>
    /// <exception cref="SandboxFileNotFoundException">There is no such directory.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is no directory, or on a network mount.</exception>
    /// <exception cref="E2BTemplateException">The sandbox's daemon is too old for what is asked of it.</exception>
    public Task<PolledDirectoryWatcher> CreateWatcherAsync(string path, WatchOptions? options = null, CancellationToken cancellationToken = default) =>
        Watching.CreateAsync(path, options ?? new WatchOptions(), cancellationToken);
}
