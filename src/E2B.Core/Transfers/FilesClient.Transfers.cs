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
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(localPath));
        return UploadAsync(new[] { new LocalRoot(full, path.EndsWith('/') ? Path.GetFileName(full) : string.Empty) }, path, options, cancellationToken);
    }

    /// <summary>Copies local files and directories into a directory of the sandbox, each under its own name.</summary>
    /// <param name="localPaths">The files, links and directories.</param>
    /// <param name="directory">The directory in the sandbox; it is made if it is missing.</param>
    /// <param name="options">How to copy. Directories need <see cref="TransferOptions.Recurse"/>.</param>
    /// <param name="cancellationToken">Gives up, as with <see cref="UploadAsync(string, string, TransferOptions?, CancellationToken)"/>.</param>
    /// <returns>What was copied, by paths relative to the directory, and which entries could not be.</returns>
    public Task<TransferResult> UploadAsync(
        IEnumerable<string> localPaths, string directory, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(localPaths);
        Files.FileAddress.Require(directory);
        List<LocalRoot> roots = [.. localPaths.Select(static path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Select(static full => new LocalRoot(full, Path.GetFileName(full)))];
        return UploadAsync(roots, directory, options, cancellationToken);
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

    /// <summary>
    /// Copies a file or directory of the sandbox to this machine: modes, times, links and empty directories as they are,
    /// on Windows without modes. What is there already is replaced, files one by one; what else is in a directory stays.
    /// </summary>
    /// <param name="path">The file, link or directory in the sandbox.</param>
    /// <param name="localPath">Where it is to be. Ends it in a slash, it is the directory to copy into. Directories on the way are made.</param>
    /// <param name="options">How to copy. A directory needs <see cref="TransferOptions.Recurse"/>.</param>
    /// <param name="cancellationToken">Gives up. What has arrived by then is removed again, unless it is to be resumed; nothing is in its place.</param>
    /// <returns>What was copied, and which entries could not be.</returns>
    /// <remarks>
    /// The sandbox is not trusted: nothing is ever written outside the destination, whatever a listing or an archive
    /// holds. Names that lead elsewhere or that this system cannot have, links that lead outside, and what nobody asked for
    /// are errors of single entries (<see cref="TransferEntryError.Unsafe"/>), and nothing is written through a local link.
    /// Everything arrives in a hidden directory next to the destination (within it, if it is there already) and is put
    /// into its place at the end, by renaming. A program that is killed meanwhile leaves that directory,
    /// <c>.name.e2b-…</c>, and nothing half-written.
    /// </remarks>
    /// <exception cref="TransferEntryException">Something else is in the destination's place.</exception>
    /// <exception cref="IOException">The local disk is full, or the destination cannot be written.</exception>
    public Task<TransferResult> DownloadAsync(
        string path, string localPath, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        Files.FileAddress.Require(path);
        ArgumentException.ThrowIfNullOrEmpty(localPath);
        bool into = Path.EndsInDirectorySeparator(localPath);
        return DownloadAsync(new[] { new RemoteRoot(path, into ? NameOf(path) : string.Empty) }, localPath, options, cancellationToken);
    }

    /// <summary>Copies files and directories of the sandbox into a directory of this machine, each under its own name.</summary>
    /// <param name="paths">The files, links and directories in the sandbox.</param>
    /// <param name="localDirectory">The directory; it is made if it is missing.</param>
    /// <param name="options">How to copy. Directories need <see cref="TransferOptions.Recurse"/>.</param>
    /// <param name="cancellationToken">Gives up, as with <see cref="DownloadAsync(string, string, TransferOptions?, CancellationToken)"/>.</param>
    /// <returns>What was copied, by paths relative to the directory, and which entries could not be.</returns>
    public Task<TransferResult> DownloadAsync(
        IEnumerable<string> paths, string localDirectory, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentException.ThrowIfNullOrEmpty(localDirectory);
        return DownloadAsync(RootsOf(paths), localDirectory, options, cancellationToken);
    }

    /// <summary>
    /// Copies a file or directory of this sandbox into another, through this program and without a file here. Links that
    /// lead outside the destination are errors, as with <see cref="DownloadAsync(string, string, TransferOptions?, CancellationToken)"/>.
    /// </summary>
    /// <param name="path">The file, link or directory in this sandbox.</param>
    /// <param name="target">The other sandbox.</param>
    /// <param name="targetPath">Where it is to be there. Ends it in a slash, it is the directory to copy into. Directories on the way are made.</param>
    /// <param name="options">How to copy. A directory needs <see cref="TransferOptions.Recurse"/>.</param>
    /// <param name="cancellationToken">Gives up. What has arrived by then is removed again; nothing is in its place.</param>
    /// <returns>What was copied, and which entries could not be.</returns>
    /// <exception cref="NotEnoughSpaceException">The target's disk is full.</exception>
    /// <exception cref="TransferEntryException">The destination cannot be written, or something else is there.</exception>
    public Task<TransferResult> TransferAsync(
        string path, Sandbox target, string targetPath, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        Files.FileAddress.Require(path);
        ArgumentNullException.ThrowIfNull(target);
        Files.FileAddress.Require(targetPath);
        return TransferAsync(new[] { new RemoteRoot(path, targetPath.EndsWith('/') ? NameOf(path) : string.Empty) }, target, targetPath, options, cancellationToken);
    }

    /// <summary>Copies files and directories of this sandbox into a directory of another, each under its own name.</summary>
    /// <param name="paths">The files, links and directories in this sandbox.</param>
    /// <param name="target">The other sandbox.</param>
    /// <param name="targetDirectory">The directory there; it is made if it is missing.</param>
    /// <param name="options">How to copy. Directories need <see cref="TransferOptions.Recurse"/>.</param>
    /// <param name="cancellationToken">Gives up, as with <see cref="TransferAsync(string, Sandbox, string, TransferOptions?, CancellationToken)"/>.</param>
    /// <returns>What was copied, by paths relative to the directory, and which entries could not be.</returns>
    public Task<TransferResult> TransferAsync(
        IEnumerable<string> paths, Sandbox target, string targetDirectory, TransferOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(target);
        Files.FileAddress.Require(targetDirectory);
        return TransferAsync(RootsOf(paths), target, targetDirectory, options, cancellationToken);
    }

    private Task<TransferResult> DownloadAsync(
        IReadOnlyList<RemoteRoot> roots, string localPath, TransferOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TransferOptions();
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(localPath));
        string? key = options.Resume ? string.Join('\0', [_sandbox.SandboxId, options.User, .. roots.Select(static root => root.SandboxPath)]) : null;
        return new TransferEngine(SourceOf(roots, options), new LocalSink(full, key, options.Force), options).RunAsync(cancellationToken);
    }

    private Task<TransferResult> TransferAsync(
        IReadOnlyList<RemoteRoot> roots, Sandbox target, string targetPath, TransferOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TransferOptions();
        var sink = new SandboxSink(target, targetPath, options.FileOptions(options.TargetUser), trustsLinks: false);
        return new TransferEngine(SourceOf(roots, options), sink, options).RunAsync(cancellationToken);
    }

    private Task<TransferResult> UploadAsync(
        IReadOnlyList<LocalRoot> roots, string path, TransferOptions? options, CancellationToken cancellationToken)
    {
        options ??= new TransferOptions();
        var source = new LocalSource(roots, new TransferFilter(options.Include, options.Exclude), options.Recurse);
        var sink = new SandboxSink(_sandbox, path, options.FileOptions(options.User));
        return new TransferEngine(source, sink, options).RunAsync(cancellationToken);
    }

    private static string NameOf(string path)
    {
        string name = path.TrimEnd('/');
        return name[(name.LastIndexOf('/') + 1)..];
    }

    private static List<RemoteRoot> RootsOf(IEnumerable<string> paths) => [.. paths.Select(static path => new RemoteRoot(Files.FileAddress.Require(path), NameOf(path)))];

    private SandboxSource SourceOf(IReadOnlyList<RemoteRoot> roots, TransferOptions options) => new(
        _sandbox, roots, options.FileOptions(options.User), new TransferFilter(options.Include, options.Exclude), options.Recurse);
}
