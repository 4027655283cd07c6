using System.Buffers;
using System.Net;
using System.Runtime.ExceptionServices;
using E2B.Transport;

namespace E2B.Files;

/// <summary>A body read from a stream while it is sent. The call's time limit counts only while the network is waited for.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int ChunkLength = 64 * 1024;

    private readonly Stream _source;
    private readonly CallScope _scope;

    public UploadContent(Stream source, CallScope scope)
    {
        _source = source;
        _scope = scope;
    }

    /// <summary>Bytes sent.</summary>
    public long Sent { get; private set; }

    /// <summary>What went wrong with the source, as opposed to the network.</summary>
    public ExceptionDispatchInfo? SourceFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkLength);
        try
        {
            int read;
            while ((read = await ReadSourceAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                _scope.Arm();
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                Sent += read;
            }

            _scope.Arm();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _source.CanSeek ? _source.Length - _source.Position : 0;
        return _source.CanSeek;
    }

    private async ValueTask<int> ReadSourceAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        _scope.Disarm();
        try
        {
            return await _source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            SourceFailure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }
}
