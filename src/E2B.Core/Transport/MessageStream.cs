using System.Buffers;
using E2B.Protocol.Connect;
using Google.Protobuf;

namespace E2B.Transport;

/// <summary>The messages of a streaming answer. Nothing is read from the network before somebody asks for it.</summary>
internal sealed class MessageStream<T> : IDisposable
    where T : IMessage<T>, new()
{
    private const int FirstBuffer = 8 * 1024;

    // The daemon sends 32 KiB of output at a time: room for a few of those. Only a larger frame makes more of it.
    private const int UsualBuffer = 128 * 1024;

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly CancellationTokenSource _closed = new();

    // What was received and not yet used is _buffer[_start.._end].
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(FirstBuffer);
    private int _start;
    private int _end;
    private Task<int>? _pending;
    private bool _completed;
    private int _disposed;

    private MessageStream(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _body = body;
    }

    /// <summary>How the stream ended; <see langword="null"/> before.</summary>
    public StreamEnd? End { get; private set; }

    private ReadOnlySequence<byte> Received => new(_buffer, _start, _end - _start);

    /// <summary>Makes a stream of an answer, which belongs to it from then on.</summary>
    public static async Task<MessageStream<T>> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Takes the next message that has already arrived.</summary>
    /// <exception cref="FramingException">The bytes are no valid stream.</exception>
    public bool TryRead(out T message)
    {
        message = default!;
        if (End is not null)
        {
            return false;
        }

        ReadOnlySequence<byte> received = Received;
        if (!Envelope.TryRead(ref received, Envelope.DefaultMaxPayload, out Envelope envelope))
        {
            return false;
        }

        _start = _end - (int)received.Length;
        if (envelope.IsEndStream)
        {
            End = StreamEnd.Parse(envelope.Payload);
            return false;
        }

        message = MessageCodec.Binary.Parse<T>(envelope.Payload);
        return true;
    }

    /// <summary>Waits for more bytes. Giving up the wait loses nothing: the next one takes it up again.</summary>
    /// <param name="limit">How long to wait.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns><see langword="false"/> when the stream is over; see <see cref="End"/>.</returns>
    /// <exception cref="FramingException">The stream ended without its last frame, or within one.</exception>
    /// <exception cref="TimeoutException">The limit passed.</exception>
    public async ValueTask<bool> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (End is not null)
        {
            await DrainAsync().ConfigureAwait(false);
            return false;
        }

        if (_completed)
        {
            Envelope.ThrowIfTruncated(Received);
            throw new FramingException("The stream ended without the frame that says how.");
        }

        await FillAsync(limit, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Closes the connection, unless the answer has been read to its end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _closed.Cancel();
            _response.Dispose();
        }
    }

    /// <summary>Takes what follows the last frame, the HTTP body's end, so that the connection can be used again.</summary>
    private async Task DrainAsync()
    {
        try
        {
            while (!_completed)
            {
                _start = _end;
                await FillAsync(TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            // The call has its answer; the connection is closed instead.
            _completed = true;
        }
    }

    private async ValueTask FillAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_pending is null)
        {
            MakeRoom();
            ValueTask<int> reading = _body.ReadAsync(_buffer.AsMemory(_end), _closed.Token);
            if (reading.IsCompletedSuccessfully)
            {
                Take(await reading.ConfigureAwait(false));
                return;
            }

            _pending = reading.AsTask();
        }

        try
        {
            Take(await _pending.WaitAsync(limit, cancellationToken).ConfigureAwait(false));
            _pending = null;
        }
        catch
        {
            // Whoever gave up the wait leaves a read that goes on, or has just brought something: the next wait takes it.
            if (_pending is { IsFaulted: true } or { IsCanceled: true })
            {
                _pending = null;
            }

            throw;
        }
    }

    private void Take(int read)
    {
        _end += read;
        _completed = read == 0;
    }

    /// <summary>Makes the buffer's end free: by moving what is left to its start, or with a larger one.</summary>
    private void MakeRoom()
    {
        int left = _end - _start;
        bool wasFilled = _end == _buffer.Length;
        byte[] target = left > _buffer.Length / 2 || (wasFilled && _buffer.Length < UsualBuffer)
            ? GC.AllocateUninitializedArray<byte>(_buffer.Length * 2)
            : _buffer;
        if (_start > 0 || target != _buffer)
        {
            _buffer.AsSpan(_start, left).CopyTo(target);
            _buffer = target;
            _start = 0;
            _end = left;
        }
    }
}
