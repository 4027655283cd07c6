using E2B.Transfers;
using E2B.Transfers.Local;
using E2B.Transfers.Remote;

namespace E2B;

/// <content>Copies of files and trees.</content>
public sealed partial class FilesClient
{
    /// <summary>
    /// Copies a local file or directory into the sandbox: modes, times, links and empty directories as they are. What is
    /// there already is replaced, files one by one; what else is in a directory stays.
    /// </summary>
    /// <param name="localPath">The file, link or directory.</param>
    /// <param name="path">Where it is to be in the sandbox. Ends it in a slash, it is the directory to copy into. Directories on the way are made.</param>
    /// <param name="options">How to copy. A directory needs <see cref="TransferOptions.Recurse"/>.</param>
    /// <param name="cancellationToken">Gives up. What has arrived by then is removed again; nothing is in its place.</param>
    /// <returns>What was copied, and which entries could not be.</returns>
    /// <remarks>
    /// Everything arrives in a hidden directory next to the destination (within it, if it is there already) and is put
    /// into its place at the end, by renaming. A program that is killed meanwhile leaves that directory,
    /// <c>.name.e2b-…</c>, and nothing half-written. It needs a POSIX shell in the sandbox, and is fast where there is tar.
    /// </remarks>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    /// <exception cref="TransferEntryException">The destination cannot be written, or something else is there.</exception>
    public Task<TransferResult> UploadAsync(
        string localPath, string path, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localPath);
        Files.FileAddress.Require(path);
        string full = Path.GetFullPath(localPath);
        return UploadAsync([new LocalRoot(full, path.EndsWith('/') ? Path.GetFileName(full) : string.Empty)], path, options, cancellationToken);
    }

    /// <summary>Copies chosen files, links and directories below a local directory into a directory of the sandbox.</summary>
    /// <param name="localDirectory">The directory that the paths are relative to.</param>
    /// <param name="relativePaths">What to copy, with a slash between names. A directory is made, with its mode and time; with <see cref="TransferOptions.Recurse"/> all it holds is copied.</param>
    /// <param name="path">The directory in the sandbox; it is made if it is missing.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="cancellationToken">Gives up, as with <see cref="UploadAsync(string, string, TransferOptions?, CancellationToken)"/>.</param>
    /// <returns>What was copied, and which entries could not be: one that is gone by now is among these.</returns>
    public Task<TransferResult> UploadAsync(
        string localDirectory,
        IEnumerable<string> relativePaths,
        string path,
        TransferOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(localDirectory);
        ArgumentNullException.ThrowIfNull(relativePaths);
        Files.FileAddress.Require(path);
        bool alone = options?.Recurse != true;
        List<LocalRoot> roots = [.. relativePaths.Select(relative => new LocalRoot(Path.GetFullPath(Path.Combine(localDirectory, relative)), relative, alone))];
        return UploadAsync(roots, path, options, cancellationToken);
    }

    internal Task<TransferResult> UploadAsync(
        IReadOnlyList<LocalRoot> roots, string path, TransferOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TransferOptions();
        var source = new LocalSource(roots, new TransferFilter(options.Include, options.Exclude), options.Recurse);
        var sink = new SandboxSink(_sandbox, path, options.FileOptions(options.User));
        return new TransferEngine(source, sink, options).RunAsync(cancellationToken);
    }
}
