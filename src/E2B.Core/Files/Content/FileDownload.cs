using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Transport;

namespace E2B.Files;

/// <summary>Opens a file, or a part of one, for reading.</summary>
internal sealed class FileDownload
{
    private const string Gzip = "gzip";

    private readonly DaemonClient _daemon;
    private readonly CallContext _context;
    private readonly SandboxFileOptions? _options;
    private readonly string _path;
    private readonly FileRange _range;

    private FileDownload(DaemonClient daemon, CallContext context, string path, FileRange range, SandboxFileOptions? options)
    {
        _daemon = daemon;
        _context = context;
        _path = path;
        _range = range;
        _options = options;
    }

    /// <summary>Asks for the content; returns when it starts to come.</summary>
    public static async Task<SandboxFileStream> OpenAsync(
        DaemonClient daemon, string path, FileRange range, SandboxFileOptions? options, CancellationToken cancellationToken)
    {
        FileAddress.Require(path);
        DaemonEndpoint endpoint = await daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        var call = new DaemonCall(FileAddress.Of(endpoint, path, options?.User), $"read the file '{path}'", Missing.File, path, options?.User);
        CallContext context = daemon.ContextOf(endpoint, call);
        HttpResponseMessage response;
        using (var scope = new CallScope(context, options?.RequestTimeout, cancellationToken))
        {
            response = await daemon.SendAsync(
                scope,
                Repeat.Safe,
                (endpoint, call.Method, range, Gzip: options?.Gzip == true),
                static s => NewRequest(s.endpoint, s.Method, s.range, s.Gzip),
                HttpStatusCode.RequestedRangeNotSatisfiable).ConfigureAwait(false);
        }

        return await new FileDownload(daemon, context, path, range, options).TakeAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private static HttpRequestMessage NewRequest(DaemonEndpoint endpoint, string target, FileRange range, bool gzip)
    {
        HttpRequestMessage request = endpoint.NewRequest(HttpMethod.Get, target);
        request.Headers.Range = range.ToHeader();

        // A range counts the bytes of what is sent. Of compressed content that would be of no use.
        if (gzip && request.Headers.Range is null)
        {
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(Gzip));
        }

        return request;
    }

    private async Task<SandboxFileStream> TakeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        SandboxFileStream? stream = null;
        try
        {
            bool isPacked = response.Content.Headers.ContentEncoding.Contains(Gzip, StringComparer.OrdinalIgnoreCase);
            stream = await OpenBodyAsync(response, isPacked, cancellationToken).ConfigureAwait(false);
            switch (response.StatusCode)
            {
                case HttpStatusCode.PartialContent when isPacked:
                    throw new FramingException("It is a part of a compressed file, which was not asked for.");
                case HttpStatusCode.PartialContent:
                    BeginPart(stream, response.Content.Headers);
                    return stream;
                case HttpStatusCode.RequestedRangeNotSatisfiable:
                    BeginNothing(stream, response.Content.Headers.ContentRange?.Length);
                    return stream;
                default:
                    return await BeginWholeAsync(
                        stream, isPacked ? null : response.Content.Headers.ContentLength, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            stream?.Dispose();
            response.Dispose();
            throw e is FramingException framing ? ErrorMapper.FromFraming(_context, framing) : e;
        }
    }

    private async Task<SandboxFileStream> OpenBodyAsync(HttpResponseMessage response, bool isPacked, CancellationToken cancellationToken)
    {
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return NewStream(response, isPacked ? new GZipStream(body, CompressionMode.Decompress) : body);
    }

    private SandboxFileStream NewStream(HttpResponseMessage response, Stream body) =>
        new(_daemon, _context, _options?.RequestTimeout, response, body);

    /// <summary>The service sends what was asked for.</summary>
    private void BeginPart(SandboxFileStream stream, HttpContentHeaders headers)
    {
        if (_range.IsLast && headers.ContentLength == 0)
        {
            // How the daemon says that a file is empty. Its words for the range, "bytes 0--1/0", are none that HTTP has.
            stream.TotalLength = 0;
            stream.Begin(0, 0);
            return;
        }

        ContentRangeHeaderValue? sent = headers.ContentRange;
        if (sent is not { HasRange: true, Unit: "bytes" })
        {
            throw new FramingException("It is a part of the file without a word which.");
        }

        stream.TotalLength = sent.Length;
        if (_range.Length == 0)
        {
            // The one byte that came is not wanted.
            stream.Begin(_range.Offset ?? sent.Length ?? 0, 0);
            return;
        }

        (long start, long length) = _range.In(sent.Length ?? sent.To!.Value + 1);
        if (sent.From != start || sent.To != start + length - 1)
        {
            throw new FramingException($"It is another part of the file than the one asked for: {sent}.");
        }

        stream.Begin(start, length);
    }

    /// <summary>The service has nothing in that range.</summary>
    private void BeginNothing(SandboxFileStream stream, long? size)
    {
        stream.TotalLength = size;
        if (_range.IsLast || size == _range.Start)
        {
            stream.Begin(size ?? 0, 0);
            return;
        }

        throw size > _range.Start
            ? new FramingException($"It says that a file of {size} bytes has nothing {_range}.")
            : PastEnd(size);
    }

    /// <summary>The service sends the whole file, whatever was asked for.</summary>
    private async Task<SandboxFileStream> BeginWholeAsync(SandboxFileStream stream, long? size, CancellationToken cancellationToken)
    {
        stream.TotalLength = size;
        if (_range.IsWhole)
        {
            stream.Begin(0, size);
            return stream;
        }

        if (size is null && _range.IsLast)
        {
            return await KeepLastAsync(stream, cancellationToken).ConfigureAwait(false);
        }

        (long start, long length) = _range.In(size ?? long.MaxValue);
        if (length < 0)
        {
            throw PastEnd(size);
        }

        if (length > 0 && await SkipAsync(stream, start, cancellationToken).ConfigureAwait(false) is var skipped && skipped < start)
        {
            throw PastEnd(skipped);
        }

        stream.Begin(start, length, mayBeShorter: size is null);
        return stream;
    }

    private static async Task<long> SkipAsync(SandboxFileStream stream, long count, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            long left = count;
            int read = 1;
            while (left > 0 && read > 0)
            {
                read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
                left -= read;
            }

            return count - left;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads to the end of a file whose size nobody told, and keeps what is asked for.</summary>
    private async Task<SandboxFileStream> KeepLastAsync(SandboxFileStream stream, CancellationToken cancellationToken)
    {
        long wanted = _range.Length!.Value;
        var kept = new Queue<ArraySegment<byte>>();
        long keptLength = 0;
        int read;
        do
        {
            byte[] piece = new byte[64 * 1024];
            read = await stream.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            kept.Enqueue(new ArraySegment<byte>(piece, 0, read));
            keptLength += read;
            while (keptLength - kept.Peek().Count >= wanted && kept.Count > 1)
            {
                keptLength -= kept.Dequeue().Count;
            }
        }
        while (read > 0);
        var last = new MemoryStream();
        foreach (ArraySegment<byte> piece in kept)
        {
            last.Write(piece);
        }

        long count = Math.Min(wanted, keptLength);
        last.Position = keptLength - count;
        SandboxFileStream result = NewStream(stream.Response, last);
        result.TotalLength = stream.Position;
        result.Begin(stream.Position - count, count);
        return result;
    }

    private E2BInvalidArgumentException PastEnd(long? size) => new(
        $"Could not read the file '{_path}' from byte {_range.Start} on: "
        + (size is null ? "it ends before that." : $"it has {size} bytes."))
    {
        SandboxId = _context.SandboxId,
    };
}
