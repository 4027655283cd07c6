using System.Runtime.CompilerServices;
using System.Text;
using E2B.Files;
using E2B.Transport;

namespace E2B;

/// <summary>Files and directories in a sandbox. Paths are POSIX; a relative one starts from the user's home.</summary>
/// <remarks>
/// Every method can throw <see cref="E2BAuthenticationException"/> (the access token), <see cref="SandboxUserNotFoundException"/>,
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed partial class FilesClient
{
    private readonly Sandbox _sandbox;

    internal FilesClient(Sandbox sandbox) => _sandbox = sandbox;

    private DaemonClient Daemon => _sandbox.Daemon;

    /// <summary>Opens a file for reading. Its content is fetched as it is read, from the start and once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, compression, and the time limit: until the content starts, and for each read after that.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <returns>The content. Dispose of it.</returns>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is a directory.</exception>
    public Task<SandboxFileStream> OpenReadAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        FileDownload.OpenAsync(Daemon, path, default, options, cancellationToken);

    /// <summary>Opens a part of a file for reading. Its content is fetched as it is read, once.</summary>
    /// <param name="path">The file.</param>
    /// <param name="range">Which part.</param>
    /// <param name="options">As whom, and the time limit: until the content starts, and for each read after that. Parts are never compressed.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <returns>The content; empty where the range starts at the file's end. Dispose of it.</returns>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    /// <exception cref="E2BInvalidArgumentException">The range starts past the file's end, or it is a directory.</exception>
    public Task<SandboxFileStream> OpenReadAsync(
        string path, FileRange range, SandboxFileOptions? options = null, CancellationToken cancellationToken = default) =>
        FileDownload.OpenAsync(Daemon, path, range, options, cancellationToken);

    /// <summary>Reads a file as UTF-8 text. A byte order mark is not part of it; invalid bytes become U+FFFD.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, compression, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    public async Task<string> ReadTextAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        byte[] bytes = await ReadBytesAsync(path, options, cancellationToken).ConfigureAwait(false);
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        return Encoding.UTF8.GetString(bytes.AsSpan(bytes.AsSpan().StartsWith(mark) ? mark.Length : 0));
    }

    /// <summary>Reads a file's lines as UTF-8 text, as they arrive. A byte order mark is not part of the first; invalid bytes become U+FFFD.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, compression, and the time limit: until the content starts, and for each read after that.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Lines without their ends, which are LF, CR LF or CR. One at the file's end starts no further line.</returns>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is a directory.</exception>
    public async IAsyncEnumerable<string> ReadLinesAsync(
        string path, SandboxFileOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        const int BufferLength = 16 * 1024;
        SandboxFileStream content = await OpenReadAsync(path, options, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            using var reader = new StreamReader(content, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, BufferLength, leaveOpen: true);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                yield return line;
            }
        }
    }

    /// <summary>Reads a file's bytes, up to 2 GiB.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">As whom, compression, and the time limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxFileNotFoundException">There is no such file.</exception>
    /// <exception cref="E2BInvalidArgumentException">It is a directory, or too large.</exception>
    public async Task<byte[]> ReadBytesAsync(string path, SandboxFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        SandboxFileStream content = await OpenReadAsync(path, options, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            if (!content.TryGetLength(out long length))
            {
                using var collected = new MemoryStream();
                await content.CopyToAsync(collected, cancellationToken).ConfigureAwait(false);
                return collected.ToArray();
            }

            if (length > Array.MaxLength)
            {
                throw new E2BInvalidArgumentException(
                    $"The file '{path}' has {length} bytes and cannot be read at once. Open it and read it in pieces (OpenReadAsync).")
                {
                    SandboxId = _sandbox.SandboxId,
                };
            }

            byte[] whole = GC.AllocateUninitializedArray<byte>((int)length);
            await content.ReadExactlyAsync(whole, cancellationToken).ConfigureAwait(false);
            return whole;
        }
    }
}
