using System.Text;
using E2B.Files;

namespace E2B;

public sealed partial class FilesClient
{
    /// <summary>Writes a file from a stream, replacing what was there; directories on the way are made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">From its present position to its end. It is not disposed of.</param>
    /// <param name="options">As whom, metadata, compression, and the time limit: how long the network may stand still. Reading <paramref name="content"/> does not count.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public async Task<SandboxEntry> WriteAsync(
        string path, Stream content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        FileAddress.Require(path);
        FileUpload upload = await FileUpload.PrepareAsync(Daemon, options, cancellationToken).ConfigureAwait(false);
        return await upload.SendAsync(path, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a file from bytes, replacing what was there; directories on the way are made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="options">As whom, metadata, compression, and the time limit.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public async Task<SandboxEntry> WriteAsync(
        string path, ReadOnlyMemory<byte> content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        using MemoryStream stream = SandboxFileContent.StreamOf(content);
        return await WriteAsync(path, stream, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a file from text, as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">The text.</param>
    /// <param name="options">As whom, metadata, compression, and the time limit.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    public Task<SandboxEntry> WriteTextAsync(
        string path, string content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        WriteAsync(path, Encoding.UTF8.GetBytes(content), options, cancellationToken);

    /// <summary>Writes many files, replacing what was there; directories on the way are made. Small files share requests, and several requests are under way at once.</summary>
    /// <param name="files">The files, each path once. The sequence is read as the files are sent, by one thread at a time.</param>
    /// <param name="options">As whom, metadata (of every file), compression, and the time limit of each request: how long the network may stand still.</param>
    /// <param name="cancellationToken">Gives up. Some files, and parts of others, may have been written.</param>
    /// <returns>What was written, in the order of <paramref name="files"/>.</returns>
    /// <remarks>The first failure gives up the rest; its message names the file. What was written by then stays.</remarks>
    /// <exception cref="NotEnoughSpaceException">The sandbox's disk is full.</exception>
    /// <exception cref="E2BInvalidArgumentException">A path is named twice, or is a directory's.</exception>
    /// <exception cref="IOException">The content of a file could not be read.</exception>
    public async Task<IReadOnlyList<SandboxEntry>> WriteManyAsync(
        IEnumerable<SandboxFileContent> files, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        FileUpload upload = await FileUpload.PrepareAsync(Daemon, options, cancellationToken).ConfigureAwait(false);
        return await new ManyUploads(upload).SendAsync(files, cancellationToken).ConfigureAwait(false);
    }
}
