using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace E2B.LocalServer.Edge;

/// <summary>Passes a request's body into a sandbox while its answer may already be coming.</summary>
internal static class RequestBodyPump
{
    private const int BlockSize = 128 * 1024;
    private const int ChunkHead = 10; // room for the size and its line end

    /// <summary>Passes on the whole body, once <paramref name="goAhead"/> has ended: reading tells a waiting client to send.</summary>
    /// <returns>
    /// <see langword="false"/> when the sandbox stopped reading. That is no failure yet: it may have answered already.
    /// </returns>
    /// <exception cref="IOException">The client broke off.</exception>
    public static async Task<bool> RunAsync(
        PipeReader body, UpstreamConnection connection, bool chunked, Task goAhead, CancellationToken cancellationToken)
    {
        await goAhead.WaitAsync(cancellationToken);
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (true)
            {
                ReadResult read = await body.ReadAsync(cancellationToken);
                ReadOnlySequence<byte> data = read.Buffer;
                while (!data.IsEmpty)
                {
                    // What came in small pieces goes on in large ones, but nothing waits for more to come.
                    int length = (int)Math.Min(data.Length, BlockSize - ChunkHead - 2);
                    ReadOnlyMemory<byte> next = chunked ? Chunk(block, data.Slice(0, length)) : Plain(block, data.Slice(0, length));
                    if (!await TryWriteAsync(connection, next, cancellationToken))
                    {
                        body.AdvanceTo(read.Buffer.End);
                        return false;
                    }

                    data = data.Slice(length);
                }

                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return !chunked || await TryWriteAsync(connection, "0\r\n\r\n"u8.ToArray(), cancellationToken);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static ReadOnlyMemory<byte> Plain(byte[] block, in ReadOnlySequence<byte> data)
    {
        if (data.IsSingleSegment)
        {
            return data.First;
        }

        data.CopyTo(block);
        return block.AsMemory(0, (int)data.Length);
    }

    private static ReadOnlyMemory<byte> Chunk(byte[] block, in ReadOnlySequence<byte> data)
    {
        int length = (int)data.Length;
        string head = length.ToString("x", CultureInfo.InvariantCulture) + "\r\n";
        int start = ChunkHead - head.Length;
        Encoding.ASCII.GetBytes(head, block.AsSpan(start));
        data.CopyTo(block.AsSpan(ChunkHead));
        "\r\n"u8.CopyTo(block.AsSpan(ChunkHead + length));
        return block.AsMemory(start, head.Length + length + 2);
    }

    private static async ValueTask<bool> TryWriteAsync(UpstreamConnection connection, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await connection.WriteAsync(bytes, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
