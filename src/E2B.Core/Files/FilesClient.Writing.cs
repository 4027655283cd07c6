using System.Runtime.InteropServices;
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
    public Task<SandboxEntry> WriteAsync(
        string path, Stream content, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        return FileUpload.SendAsync(Daemon, path, content, options, cancellationToken);
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
        using MemoryStream stream = MemoryMarshal.TryGetArray(content, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
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
}
