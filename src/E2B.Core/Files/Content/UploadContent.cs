using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Runtime.ExceptionServices;
using E2B.Protocol;
using E2B.Transport;

namespace E2B.Files;

/// <summary>A body read from a stream while it is sent. The call's time limit counts only while the network is waited for.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int ChunkLength = 64 * 1024;

    private readonly Stream _source;
    private readonly CallScope _scope;

    private readonly bool _isPacked;

    /// <param name="source">What to send, from where it stands. It stays open.</param>
    /// <param name="scope">The call.</param>
    /// <param name="isPacked">Whether to compress it on the way.</param>
    public UploadContent(Stream source, CallScope scope, bool isPacked)
    {
        _source = source;
        _scope = scope;
        _isPacked = isPacked;
        if (isPacked)
        {
            Headers.ContentEncoding.Add("gzip");
        }
    }

    /// <summary>Bytes taken from the source and sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Is told of each piece that was sent.</summary>
    public Action<int>? OnSent { get; init; }

    /// <summary>What went wrong with the source, as opposed to the network.</summary>
    public ExceptionDispatchInfo? SourceFailure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (!_isPacked)
        {
            await CopyAsync(stream, cancellationToken).ConfigureAwait(false);
            return;
        }

        var packer = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true);
        await CopyAsync(packer, cancellationToken).ConfigureAwait(false);

        // Only after all of it: this writes the mark of a complete content.
        await packer.DisposeAsync().ConfigureAwait(false);
        if (Sent == 0)
        {
            await stream.WriteAsync(EmptyGzip.Bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        bool isKnown = _source.CanSeek && !_isPacked;
        length = isKnown ? _source.Length - _source.Position : 0;
        return isKnown;
    }

    private async Task CopyAsync(Stream stream, CancellationToken cancellationToken)
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
                OnSent?.Invoke(read);
            }

            _scope.Arm();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
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
