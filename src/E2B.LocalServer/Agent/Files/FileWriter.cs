using System.Buffers;
using System.IO.Pipelines;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.Agent.Files;

/// <summary>Writes one uploaded file.</summary>
internal static class FileWriter
{
    private const int BufferSize = 256 * 1024;
    private const uint Mode = 0b110_110_110;

    /// <summary>
    /// Writes the file as it comes; what is there when a caller goes away in between stays. Without a
    /// <paramref name="content"/> of its own it is the request's body as it is.
    /// </summary>
    public static async Task<WrittenFileModel> WriteAsync(
        string path, Stream? content, HttpRequest request, UserEntry user, IReadOnlyDictionary<string, string> metadata)
    {
        int file = Open(path, user);
        try
        {
            await (content is null
                ? CopyAsync(request.BodyReader, file, request.HttpContext.RequestAborted)
                : CopyAsync(content, file, request.HttpContext.RequestAborted));
            KeepMetadata(file, metadata);
        }
        catch (UnixException e) when (e.IsNoSpace)
        {
            string size = request.ContentLength is > 0 ? $"attempted to write {request.ContentLength} bytes: " : string.Empty;
            throw new HttpFailure(StatusCodes.Status507InsufficientStorage, size + "not enough disk space available");
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error writing file: " + e.Message);
        }
        finally
        {
            _ = Libc.Close(file);
        }

        Dictionary<string, string> kept = FileMetadata.Read(path);
        return new WrittenFileModel(SandboxPaths.Name(path), path, "file") { Metadata = kept.Count == 0 ? null : kept };
    }

    private static void KeepMetadata(int file, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            FileMetadata.Replace(file, metadata);
        }
        catch (UnixException e)
        {
            throw e.IsNoSpace
                ? new HttpFailure(StatusCodes.Status507InsufficientStorage, "not enough space for file metadata: " + e.Message)
                : new HttpFailure(StatusCodes.Status500InternalServerError, "error writing file metadata: " + e.Message);
        }
    }

    private static int Open(string path, UserEntry user)
    {
        try
        {
            Directories.Ensure(SandboxPaths.Parent(path), user);
        }
        catch (IOException e)
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error ensuring directories: " + e.Message);
        }

        if (FileStatus.Get(path, follow: true, out FileStatus status) == 0 && status.IsDirectory)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, $"path is a directory: {path}");
        }

        int file = Libc.Open(path, Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenTruncate | Libc.OpenCloseOnExec, Mode);
        if (file < 0)
        {
            UnixException cause = UnixException.Last("open", path);
            throw cause.IsNoSpace
                ? new HttpFailure(StatusCodes.Status507InsufficientStorage, "not enough inodes available: " + cause.Message)
                : new HttpFailure(StatusCodes.Status500InternalServerError, "error opening file: " + cause.Message);
        }

        if (Libc.ChangeOwner(file, user.Id, user.Group) != 0)
        {
            UnixException cause = UnixException.Last("chown", path);
            _ = Libc.Close(file);
            throw new HttpFailure(StatusCodes.Status500InternalServerError, "error changing file ownership: " + cause.Message);
        }

        return file;
    }

    /// <summary>The server's buffers are small: what has come is written together, but nothing waits for more to come.</summary>
    private static async Task CopyAsync(PipeReader body, int file, CancellationToken cancellation)
    {
        byte[] block = ArrayPool<byte>.Shared.Rent(BufferSize);
        int filled = 0;
        try
        {
            bool completed = false;
            while (!completed)
            {
                if (!body.TryRead(out ReadResult read))
                {
                    WriteAll(file, block.AsSpan(0, filled));
                    filled = 0;
                    read = await body.ReadAsync(cancellation);
                }

                ReadOnlySequence<byte> data = read.Buffer;
                try
                {
                    while (!data.IsEmpty)
                    {
                        int length = (int)Math.Min(data.Length, block.Length - filled);
                        data.Slice(0, length).CopyTo(block.AsSpan(filled));
                        filled += length;
                        data = data.Slice(length);
                        if (filled == block.Length)
                        {
                            filled = 0;
                            WriteAll(file, block);
                        }
                    }
                }
                finally
                {
                    // Even if the disk is full: otherwise the server could not read on, and would drop the connection.
                    body.AdvanceTo(read.Buffer.End);
                }

                completed = read.IsCompleted;
            }

            WriteAll(file, block.AsSpan(0, filled));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static async Task CopyAsync(Stream content, int file, CancellationToken cancellation)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int count;
            while ((count = await content.ReadAsync(buffer, cancellation)) > 0)
            {
                WriteAll(file, buffer.AsSpan(0, count));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void WriteAll(int file, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            int count = Descriptors.Write(file, data);
            data = count >= 0 ? data[count..] : throw new UnixException("write", null, -count);
        }
    }
}
