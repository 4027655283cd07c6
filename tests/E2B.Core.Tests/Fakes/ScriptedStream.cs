using System.Threading.Channels;

namespace E2B.Core.Tests.Fakes;

/// <summary>A fake: an answer's body of which the test says what each read brings, and when.</summary>
internal sealed class ScriptedStream : Stream
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private ReadOnlyMemory<byte> _current;
    private int _reads;

    public ScriptedStream(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces)
        {
            Send(piece);
        }
    }

    /// <summary>How often somebody asked for bytes.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>A stream that brings these pieces and then ends.</summary>
    public static ScriptedStream Of(params byte[][] pieces) => new ScriptedStream(pieces).Close();

    public ScriptedStream Send(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces)
        {
            Assert.True(_pieces.Writer.TryWrite(piece));
        }

        return this;
    }

    public ScriptedStream Close(Exception? failure = null)
    {
        _pieces.Writer.Complete(failure);
        return this;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        while (_current.IsEmpty)
        {
            try
            {
                _current = await _pieces.Reader.ReadAsync(cancellationToken);
            }
            catch (ChannelClosedException e) when (e.InnerException is null)
            {
                return 0;
            }
            catch (ChannelClosedException e)
            {
                throw e.InnerException!;
            }
        }

        int length = Math.Min(buffer.Length, _current.Length);
        _current[..length].CopyTo(buffer);
        _current = _current[length..];
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
