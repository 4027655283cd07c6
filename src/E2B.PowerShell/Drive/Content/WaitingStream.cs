using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Drive.Content;

/// <summary>Content for those who can only wait for it, as text readers on the pipeline's thread do.</summary>
internal sealed class WaitingStream(Stream content, CancellationToken stop) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) =>
        AsyncBridge.Run(token => content.ReadAsync(buffer.AsMemory(offset, count), token).AsTask(), stop);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
