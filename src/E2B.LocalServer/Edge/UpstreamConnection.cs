using System.Buffers;

namespace E2B.LocalServer.Edge;

/// <summary>
/// An HTTP/1.1 connection into a sandbox, from the client's side.
/// Not <see cref="HttpClient"/>: over HTTP/1.1 that reads no answer before the whole request is sent, so an upload
/// that is refused half-way (disk full, wrong token) would fail without its reason, and it normalizes what it passes on.
/// </summary>
/// <param name="stream">The connection.</param>
/// <param name="mostHeadBytes">How long the head of an answer may be at most. Only tests change it.</param>
internal sealed class UpstreamConnection(Stream stream, int mostHeadBytes = UpstreamConnection.MostHeadBytes) : IDisposable
{
    public const int MostHeadBytes = 64 * 1024;

    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
    private int _start;
    private int _end;

    /// <summary>Whether an earlier request used it: then it may turn out to be closed.</summary>
    public bool IsReused { get; set; }

    /// <summary>The connection itself, after an upgrade. What <see cref="TakeBuffered"/> gives comes before it.</summary>
    public Stream Stream => stream;

    /// <summary>Whether something was read that nobody took yet.</summary>
    public bool HasBuffered => _end > _start;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        stream.WriteAsync(bytes, cancellationToken);

    /// <summary>Reads the next answer's head.</summary>
    /// <exception cref="EndOfStreamException">The other side closed before it was complete.</exception>
    /// <exception cref="InvalidDataException">It is no HTTP.</exception>
    public async ValueTask<ResponseHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        int scanned = 0;
        while (true)
        {
            int length = Buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf("\r\n\r\n"u8);
            if (length >= 0)
            {
                length += scanned;
                ResponseHead head = ResponseHead.Parse(Buffer.AsSpan(_start, length));
                _start += length + 4;
                return head;
            }

            scanned = Math.Max(0, _end - _start - 3);
            await FillAsync(cancellationToken);
        }
    }

    /// <summary>Reads body bytes as they come; 0 at the end of the connection.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        int buffered = Math.Min(_end - _start, destination.Length);
        if (buffered == 0)
        {
            return stream.ReadAsync(destination, cancellationToken);
        }

        Buffer.AsMemory(_start, buffered).CopyTo(destination);
        _start += buffered;
        return new(buffered);
    }

    /// <summary>Reads a line without its end; for the sizes between chunks.</summary>
    public async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            int length = Buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                string line = System.Text.Encoding.Latin1.GetString(Buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }

            await FillAsync(cancellationToken);
        }
    }

    /// <summary>What was read beyond the head.</summary>
    public ReadOnlyMemory<byte> TakeBuffered()
    {
        ReadOnlyMemory<byte> rest = Buffer.AsMemory(_start, _end - _start).ToArray();
        _start = _end;
        return rest;
    }

    public void Dispose()
    {
        // The buffer goes back only once, and nobody reads here any more: the forwarder ends its reading first.
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            stream.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(UpstreamConnection));

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = Buffer;
        if (_start > 0)
        {
            buffer.AsSpan(_start, _end - _start).CopyTo(buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == buffer.Length)
        {
            if (buffer.Length >= mostHeadBytes)
            {
                throw new InvalidDataException("the head of the sandbox's answer is too long");
            }

            byte[] larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
            buffer.CopyTo(larger, 0);
            _buffer = larger;
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        int read = await stream.ReadAsync(buffer.AsMemory(_end), cancellationToken);
        if (read == 0)
        {
            throw new EndOfStreamException(_end == _start ? "the sandbox closed the connection" : "the sandbox closed the connection within an answer");
        }

        _end += read;
    }
}
