using System.IO.Compression;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol;
using Microsoft.Net.Http.Headers;

namespace E2B.LocalServer.Agent.Files;

/// <summary><c>GET /files</c>.</summary>
internal sealed class DownloadEndpoint(AccessControl access, SandboxDefaults defaults)
{
    private const int BufferSize = 256 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        FileQuery query = FileRequests.Authorize(http, access, "read");
        UserEntry user = FileRequests.FindUser(query.User, defaults);
        string path;
        try
        {
            path = SandboxPaths.Resolve(query.Path ?? string.Empty, user, defaults.Workdir);
        }
        catch (BadPathException e)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, $"error expanding and resolving path '{query.Path}': {e.Message}");
        }

        FileStatus status = Look(path);
        bool? gzip = AcceptedEncoding.ChooseGzip(http.Request.Headers.AcceptEncoding);
        bool conditional = http.Request.Headers.Range.Count > 0 || http.Request.Headers.IfModifiedSince.Count > 0
            || http.Request.Headers.IfNoneMatch.Count > 0 || http.Request.Headers.IfRange.Count > 0;
        if (gzip is null || (gzip == true && conditional && !AcceptedEncoding.AllowsIdentity(http.Request.Headers.AcceptEncoding)))
        {
            throw new HttpFailure(StatusCodes.Status406NotAcceptable, gzip is null
                ? "error parsing Accept-Encoding: no acceptable encoding found, supported: [gzip]"
                : "identity encoding not acceptable for Range or conditional request");
        }

        // Not waiting at a pipe that somebody left in the file system.
        int file = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec | Libc.OpenNonBlocking, 0);
        if (file < 0)
        {
            throw new HttpFailure(StatusCodes.Status500InternalServerError, $"error opening file '{path}': {UnixException.Last("open", path).Message}");
        }

        try
        {
            http.Response.Headers.Vary = "Accept-Encoding";
            http.Response.Headers.ContentDisposition = Disposition(SandboxPaths.Name(path));
            await (gzip == true && !conditional ? SendPackedAsync(http, file, path) : SendAsync(http, file, path, status));
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    private static FileStatus Look(string path)
    {
        int error = FileStatus.Get(path, follow: true, out FileStatus status);
        return error switch
        {
            0 when status.IsDirectory => throw new HttpFailure(StatusCodes.Status400BadRequest, $"path '{path}' is a directory"),
            0 when !status.IsRegular => throw new HttpFailure(StatusCodes.Status400BadRequest, $"path '{path}' is not a regular file"),
            0 => status,
            Errno.NoEntry => throw new HttpFailure(StatusCodes.Status404NotFound, $"path '{path}' does not exist"),
            _ => throw new HttpFailure(
                StatusCodes.Status500InternalServerError,
                $"error checking if path exists '{path}': {new UnixException("stat", path, error).Message}"),
        };
    }

    private static async Task SendPackedAsync(HttpContext http, int file, string path)
    {
        http.Response.ContentType = ContentTypes.ByName(path) ?? ContentTypes.Unknown;
        http.Response.Headers.ContentEncoding = "gzip";
        byte[] buffer = new byte[64 * 1024];
        int count = Descriptors.Read(file, buffer);
        if (count <= 0)
        {
            await http.Response.Body.WriteAsync(EmptyGzip.Bytes, http.RequestAborted);
            return;
        }

        await using var packer = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        do
        {
            await packer.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
        }
        while ((count = Descriptors.Read(file, buffer)) > 0);
    }

    private static async Task SendAsync(HttpContext http, int file, string path, FileStatus status)
    {
        HttpResponse response = http.Response;

        // HTTP's dates have no fractions.
        DateTimeOffset modified = DateTimeOffset.FromUnixTimeSeconds(status.ModifiedSeconds);
        response.Headers.LastModified = HeaderUtilities.FormatDate(modified);
        if (Preconditions.Check(http.Request.Headers, modified) is { } instead)
        {
            response.StatusCode = instead;
            return;
        }

        string type = TypeOf(path, file);
        response.ContentType = type;
        ByteRanges ranges = ByteRanges.Parse(Preconditions.RangeOf(http.Request.Headers, modified), status.Size);
        switch (ranges)
        {
            case { Outcome: ByteRanges.Verdict.Invalid or ByteRanges.Verdict.Outside }:
                await RefuseRangeAsync(http, ranges.Outcome, status.Size);
                return;
            case { Outcome: ByteRanges.Verdict.Some, Parts: [(long start, long length)] }:
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.AcceptRanges = "bytes";
                response.Headers.ContentRange = RangeText(start, length, status.Size);
                response.ContentLength = length;
                await CopyAsync(http, file, start, length);
                return;
            case { Outcome: ByteRanges.Verdict.Some }:
                await SendPartsAsync(http, file, ranges.Parts, type, status.Size);
                return;
            default:
                response.Headers.AcceptRanges = "bytes";
                response.ContentLength = status.Size;
                await CopyAsync(http, file, 0, status.Size);
                return;
        }
    }

    private static async Task RefuseRangeAsync(HttpContext http, ByteRanges.Verdict verdict, long size)
    {
        HttpResponse response = http.Response;
        response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
        response.Headers.Remove(HeaderNames.LastModified);
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        if (verdict == ByteRanges.Verdict.Outside)
        {
            response.Headers.ContentRange = $"bytes */{size}";
        }

        await response.WriteAsync(
            verdict == ByteRanges.Verdict.Outside ? "invalid range: failed to overlap\n" : "invalid range\n", http.RequestAborted);
    }

    /// <summary>Several parts in one answer, as MIME has it.</summary>
    private static async Task SendPartsAsync(HttpContext http, int file, IReadOnlyList<(long Start, long Length)> parts, string type, long size)
    {
        string boundary = Guid.NewGuid().ToString("N");
        string end = $"\r\n--{boundary}--\r\n";
        string[] heads = [.. parts.Select((part, i) =>
            $"{(i == 0 ? string.Empty : "\r\n")}--{boundary}\r\nContent-Range: {RangeText(part.Start, part.Length, size)}\r\nContent-Type: {type}\r\n\r\n")];
        HttpResponse response = http.Response;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.AcceptRanges = "bytes";
        response.ContentType = "multipart/byteranges; boundary=" + boundary;
        response.ContentLength = heads.Sum(head => head.Length) + parts.Sum(part => part.Length) + end.Length;
        for (int i = 0; i < parts.Count; i++)
        {
            await response.WriteAsync(heads[i], http.RequestAborted);
            await CopyAsync(http, file, parts[i].Start, parts[i].Length);
        }

        await response.WriteAsync(end, http.RequestAborted);
    }

    private static string RangeText(long start, long length, long size) => $"bytes {start}-{start + length - 1}/{size}";

    private static async Task CopyAsync(HttpContext http, int file, long from, long length)
    {
        while (length > 0)
        {
            Memory<byte> buffer = http.Response.BodyWriter.GetMemory(BufferSize);
            int count = ReadAt(file, buffer.Span[..(int)Math.Min(buffer.Length, length)], from);
            if (count <= 0)
            {
                // Shorter than promised: somebody has cut the file. Only a broken connection tells the caller.
                http.Abort();
                return;
            }

            http.Response.BodyWriter.Advance(count);
            (from, length) = (from + count, length - count);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
    }

    private static unsafe int ReadAt(int file, Span<byte> buffer, long offset)
    {
        fixed (byte* start = buffer)
        {
            return (int)Libc.ReadAt(file, start, (nuint)buffer.Length, offset);
        }
    }

    private static string Disposition(string name)
    {
        bool plain = name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
        if (plain)
        {
            return "inline; filename=" + name;
        }

        return name.All(c => c is >= ' ' and <= '~')
            ? $"inline; filename=\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : "inline; filename*=utf-8''" + Uri.EscapeDataString(name);
    }

    private static string TypeOf(string path, int file)
    {
        if (ContentTypes.ByName(path) is { } known)
        {
            return known;
        }

        byte[] start = new byte[ContentTypes.SniffLength];
        int count = ReadAt(file, start, 0);
        return ContentTypes.ByContent(start.AsSpan(0, Math.Max(0, count)));
    }
}
