using System.Buffers;
using E2B.Protocol.Connect;

namespace E2B.Transport;

/// <summary>The whole body of an answer, in a rented buffer that is given back on disposal.</summary>
internal sealed class ResponseBody : IDisposable
{
    /// <summary>The largest body taken whole.</summary>
    public const int MaxLength = Envelope.DefaultMaxPayload;

    private byte[] _buffer;
    private int _length;

    private ResponseBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>Reads the body to its end.</summary>
    /// <exception cref="FramingException">It is longer than <see cref="MaxLength"/>.</exception>
    public static async Task<ResponseBody> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        const int Small = 4096;
        long expected = response.Content.Headers.ContentLength ?? Small - 1;
        ThrowIfTooLong(expected);
        var body = new ResponseBody((int)expected + 1);
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            int read;
            while ((read = await stream.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken).ConfigureAwait(false)) > 0)
            {
                body._length += read;
                if (body._length == body._buffer.Length)
                {
                    body.Grow();
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _length = 0;
        }
    }

    private static void ThrowIfTooLong(long length)
    {
        if (length > MaxLength)
        {
            throw new FramingException($"The answer has {length} bytes or more; at most {MaxLength} are taken.");
        }
    }

    private void Grow()
    {
        ThrowIfTooLong(_length);
        byte[] larger = ArrayPool<byte>.Shared.Rent(_length * 2);
        Span.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
