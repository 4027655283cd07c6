using System.Runtime.CompilerServices;
using E2B.Syncing;

namespace E2B;

/// <content>Syncing local directories into the sandbox.</content>
public sealed partial class FilesClient
{
    /// <summary>
    /// Makes a directory in the sandbox like a local one: what differs in content, mode, time or link is copied, all else
    /// left as it is. What is in the sandbox alone is removed only with <see cref="SyncOptions.Mirror"/>.
    /// </summary>
    /// <param name="localDirectory">The directory. A symbolic link in it is copied as a link.</param>
    /// <param name="path">The directory in the sandbox; it is made if it is missing.</param>
    /// <param name="options">How to sync.</param>
    /// <param name="cancellationToken">Gives up. A part may have been done; nothing is half-written.</param>
    /// <returns>What was done, and what could not be.</returns>
    /// <remarks>
    /// A file counts as the same when size and time are, or with <see cref="SyncOptions.Checksum"/> size and SHA-256. The local side is
    /// always right: what was changed in the sandbox is overwritten. It needs a POSIX shell in the sandbox.
    /// </remarks>
    /// <exception cref="IOException">The local directory is not there or cannot be read.</exception>
    /// <exception cref="E2BInvalidArgumentException">The destination is no directory, or a mirror of <c>/</c> is asked for.</exception>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public Task<SandboxSyncResult> SyncAsync(
        string localDirectory, string path, SyncOptions? options = null, CancellationToken cancellationToken = default) =>
        new DirectorySync(_sandbox, localDirectory, path, options ?? new SyncOptions()).RunAsync(cancellationToken);

    /// <summary>What <see cref="SyncAsync"/> would do.</summary>
    /// <param name="localDirectory">The directory.</param>
    /// <param name="path">The directory in the sandbox.</param>
    /// <param name="options">How to sync.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The local directory is not there or cannot be read.</exception>
    /// <exception cref="E2BInvalidArgumentException">The destination is no directory, or a mirror of <c>/</c> is asked for.</exception>
    public Task<IReadOnlyList<SandboxSyncChange>> PlanSyncAsync(
        string localDirectory, string path, SyncOptions? options = null, CancellationToken cancellationToken = default) =>
        new DirectorySync(_sandbox, localDirectory, path, options ?? new SyncOptions()).PlanAsync(cancellationToken);

    /// <summary>Syncs a directory, and then goes on to copy local changes as they happen, until it is cancelled.</summary>
    /// <param name="localDirectory">The directory.</param>
    /// <param name="path">The directory in the sandbox; it is made if it is missing.</param>
    /// <param name="options">How to sync.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>One result for the first pass, and one for each further pass that changed something or failed to.</returns>
    /// <remarks>
    /// Changes are gathered until nothing has happened for 0.2 s, for 2 s at the most. A file that is still being written
    /// to is tried again. When the system lost track of changes, or the connection broke, everything is compared again. What the sandbox itself does in
    /// its directory meanwhile is not looked at.
    /// </remarks>
    /// <exception cref="IOException">The local directory is not there, cannot be read or watched, or was removed.</exception>
    /// <exception cref="E2BInvalidArgumentException">The destination is no directory, or a mirror of <c>/</c> is asked for.</exception>
    /// <exception cref="E2BUnreachableException">The connection broke and did not come back.</exception>
    public async IAsyncEnumerable<SandboxSyncResult> SyncContinuouslyAsync(
        string localDirectory, string path, SyncOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var sync = new ContinuousSync(new DirectorySync(_sandbox, localDirectory, path, options ?? new SyncOptions()));
        while (true)
        {
            yield return await sync.NextAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
