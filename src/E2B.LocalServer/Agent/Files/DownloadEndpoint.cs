using System.IO.Compression;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace E2B.LocalServer.Agent.Files;

/// <summary><c>GET /files</c>.</summary>
internal sealed class DownloadEndpoint(AccessControl access, SandboxDefaults defaults)
{
    private const int BufferSize = 256 * 1024;
    private const int SniffLength = 512;

    public async Task HandleAsync(HttpContext http)
    {
        FileQuery query = FileRequests.Authorize(http, access, "read");
        UserEntry user = FileRequests.FindUser(query, defaults);
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
            http.Response.ContentType = TypeOf(path, file);
            await (gzip == true && !conditional ? SendPackedAsync(http, file) : SendAsync(http, file, status));
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

    private static async Task SendPackedAsync(HttpContext http, int file)
    {
        http.Response.Headers.ContentEncoding = "gzip";
        await using var packer = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = Descriptors.Read(file, buffer)) > 0)
        {
            await packer.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
        }
    }

    private static async Task SendAsync(HttpContext http, int file, FileStatus status)
    {
        HttpResponse response = http.Response;

        // HTTP's dates have no fractions.
        DateTimeOffset modified = DateTimeOffset.FromUnixTimeSeconds(status.ModifiedSeconds);
        response.Headers.AcceptRanges = "bytes";
        response.Headers.LastModified = HeaderUtilities.FormatDate(modified);
        RequestHeaders headers = http.Request.GetTypedHeaders();
        if (headers.IfModifiedSince is { } since && headers.IfNoneMatch.Count == 0 && modified <= since)
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            response.ContentType = null;
            return;
        }

        (long from, long length) = (0, status.Size);

        // Several ranges at once, and a range of what has changed since, are answered with all of it: that is allowed.
        if (headers.Range is { Unit.Value: "bytes", Ranges.Count: 1 } range
            && (headers.IfRange is null || headers.IfRange.LastModified == modified))
        {
            RangeItemHeaderValue wanted = range.Ranges.First();
            from = wanted.From ?? Math.Max(0, status.Size - wanted.To!.Value);
            long end = wanted.From is null ? status.Size - 1 : Math.Min(wanted.To ?? long.MaxValue, status.Size - 1);
            if (from >= status.Size || end < from)
            {
                response.Headers.ContentRange = $"bytes */{status.Size}";
                throw new HttpFailure(StatusCodes.Status416RangeNotSatisfiable, "invalid range: failed to overlap");
            }

            length = end - from + 1;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {from}-{end}/{status.Size}";
        }

        response.ContentLength = length;
        await CopyAsync(http, file, from, length);
    }

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

    /// <summary>By the name where that is well known, else by how the content begins.</summary>
    private static string TypeOf(string path, int file)
    {
        string? known = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".txt" => "text/plain; charset=utf-8",
            ".html" or ".htm" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".csv" => "text/csv; charset=utf-8",
            ".js" or ".mjs" => "text/javascript; charset=utf-8",
            ".xml" => "text/xml; charset=utf-8",
            ".json" => "application/json",
            ".pdf" => "application/pdf",
            ".wasm" => "application/wasm",
            ".gz" => "application/gzip",
            ".zip" => "application/zip",
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            ".gif" => "image/gif",
            ".svg" => "image/svg+xml",
            ".webp" => "image/webp",
            _ => null,
        };
        if (known is not null)
        {
            return known;
        }

        byte[] start = new byte[SniffLength];
        int count = ReadAt(file, start, 0);
        bool binary = start.AsSpan(0, Math.Max(0, count)).ContainsAnyExcept(_textBytes);
        return binary ? "application/octet-stream" : "text/plain; charset=utf-8";
    }

    /// <summary>All bytes but the control characters that text does not have.</summary>
    private static readonly System.Buffers.SearchValues<byte> _textBytes = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 256).Where(b => b is >= 0x20 or 0x09 or 0x0a or 0x0c or 0x0d or 0x1b).Select(b => (byte)b)]);
}
