using E2B.Errors;
using E2B.Transport;

namespace E2B;

/// <summary>A file's content, or a part of it, as it arrives: from its start and once. Dispose of it.</summary>
/// <remarks>
/// The request timeout counts for each read: how long nothing may come. A read throws what the calls of
/// <see cref="FilesClient"/> throw. To continue after a broken connection, open the file again with
/// <see cref="FileRange.From"/> at <see cref="Offset"/> + <see cref="Position"/>, and see whether
/// <see cref="TotalLength"/> and <see cref="LastModified"/> are still the same.
/// </remarks>
public sealed class SandboxFileStream : Stream
{
    private readonly DaemonClient _daemon;
    private readonly CallContext _context;
    private readonly TimeSpan? _idleLimit;
    private readonly Stream _body;
    private long? _length;
    private long _limit = long.MaxValue;
    private long _position;

    internal SandboxFileStream(
        DaemonClient daemon, CallContext context, TimeSpan? idleLimit, HttpResponseMessage response, Stream body)
    {
        _daemon = daemon;
        _context = context;
        _idleLimit = idleLimit;
        _body = body;
        Response = response;
        LastModified = response.Content.Headers.LastModified;
    }

    /// <summary>Where in the file this stream starts, in bytes.</summary>
    public long Offset { get; private set; }

    /// <summary>The size of the whole file in bytes; <see langword="null"/> where the service does not tell, as with compressed content.</summary>
    public long? TotalLength { get; internal set; }

    /// <summary>When the file was changed last, to the second; <see langword="null"/> where the service does not tell.</summary>
    public DateTimeOffset? LastModified { get; }

    /// <summary>Always.</summary>
    public override bool CanRead => true;

    /// <summary>Never: the content comes once.</summary>
    public override bool CanSeek => false;

    /// <summary>Never.</summary>
    public override bool CanWrite => false;

    /// <summary>How many bytes this stream gives in all, of the range where one was asked for.</summary>
    /// <exception cref="NotSupportedException">That is not known before the end; <see cref="TryGetLength"/> does not throw.</exception>
    public override long Length => _length ?? throw new NotSupportedException("The length of this content is not known before its end.");

    /// <summary>How many bytes were read from this stream.</summary>
    /// <exception cref="NotSupportedException">It cannot be set.</exception>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>How many bytes this stream gives in all, of the range where one was asked for.</summary>
    /// <param name="length">Bytes.</param>
    /// <returns><see langword="false"/> when that is not known before the end.</returns>
    public bool TryGetLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }

    internal HttpResponseMessage Response { get; }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        ReadCoreAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadCoreAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadCoreAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>Nothing happens.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Says what of the file follows from here on.</summary>
    /// <param name="offset">Where in the file that is.</param>
    /// <param name="length">How many bytes at most, and no less unless <paramref name="mayBeShorter"/>; <see langword="null"/> for all that comes.</param>
    /// <param name="mayBeShorter">Whether fewer are no broken connection.</param>
    internal void Begin(long offset, long? length, bool mayBeShorter = false)
    {
        Offset = offset;
        _position = 0;
        _length = mayBeShorter ? null : length;
        _limit = length ?? long.MaxValue;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body.Dispose();
            Response.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.Length > _limit - _position)
        {
            buffer = buffer[..(int)(_limit - _position)];
        }

        if (buffer.Length == 0)
        {
            return 0;
        }

        using var scope = new CallScope(_context, _idleLimit, cancellationToken);
        try
        {
            int read = await _body.ReadAsync(buffer, scope.Token).ConfigureAwait(false);
            _position += read;
            return read > 0 || !(_position < _length)
                ? read
                : throw new HttpIOException(HttpRequestError.ResponseEnded, "The content is shorter than it was said to be.");
        }
        catch (InvalidDataException e)
        {
            throw ErrorMapper.FromFraming(_context, new Protocol.Connect.FramingException($"The compressed content is damaged: {e.Message}", e));
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw await _daemon.TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }
}
