using E2B.Errors;
using E2B.Transport;

namespace E2B.Files;

/// <summary>A file's content as it arrives. The time limit counts for each read: how long nothing may come.</summary>
internal sealed class DownloadStream : Stream
{
    private readonly DaemonClient _daemon;
    private readonly CallContext _context;
    private readonly TimeSpan? _idleLimit;
    private readonly HttpResponseMessage _response;
    private readonly Stream _body;

    public DownloadStream(DaemonClient daemon, CallContext context, TimeSpan? idleLimit, HttpResponseMessage response, Stream body)
    {
        _daemon = daemon;
        _context = context;
        _idleLimit = idleLimit;
        _response = response;
        _body = body;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReadCoreAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadCoreAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return _body.Read(buffer, offset, count);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw ErrorMapper.FromTransport(_context, e);
        }
    }

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
            _response.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var scope = new CallScope(_context, _idleLimit, cancellationToken);
        try
        {
            return await _body.ReadAsync(buffer, scope.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw await _daemon.TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }
}
