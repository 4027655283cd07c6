using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using E2B.Protocol.Connect;
using E2B.Transport;
using Google.Protobuf;

namespace E2B.Recovery;

/// <summary>
/// What the daemon tells in a stream, over however many connections that takes: one that breaks or falls silent is
/// replaced, and a gap stands in that place. For one reader at a time; nothing is fetched from the network before it asks.
/// </summary>
/// <typeparam name="TMessage">The stream's messages.</typeparam>
/// <typeparam name="TItem">What the reader gets.</typeparam>
internal abstract class FollowedStream<TMessage, TItem> : IDisposable
    where TMessage : IMessage<TMessage>, new()
{
    /// <summary>How long what follows the last message may take to arrive; nothing in it is needed.</summary>
    private static readonly TimeSpan _tailLimit = TimeSpan.FromSeconds(1);

    private readonly Followed _followed;
    private readonly TimeSpan _endGrace;
    private readonly StreamRecovery<TMessage> _recovery;
    private readonly CancellationTokenSource _closed = new();
    private MessageStream<TMessage> _stream;
    private Exception? _broken;
    private TItem? _gap;
    private bool _gapIsDue;
    private long _waitingSince;
    private bool _waitsForLimit;
    private ExceptionDispatchInfo? _failure;
    private int _reattached;
    private volatile bool _disposed;

    /// <param name="sandbox">Where.</param>
    /// <param name="stream">After its first message.</param>
    /// <param name="followed">What.</param>
    /// <param name="endGrace">How long after the limit word of the end may still come.</param>
    protected FollowedStream(Sandbox sandbox, MessageStream<TMessage> stream, Followed followed, TimeSpan endGrace)
    {
        Timing = sandbox.Client.Connection.Timing;
        _endGrace = endGrace;
        _followed = followed;
        _stream = stream;
        _recovery = new StreamRecovery<TMessage>(sandbox, followed, endGrace, ReopenAsync, Overdue);
    }

    /// <summary>How often a connection was replaced.</summary>
    public int Reattached => Volatile.Read(ref _reattached);

    /// <summary>Why nothing comes any more, other than the end of what is followed.</summary>
    public Exception? Failure => _failure?.SourceException;

    protected StreamTiming Timing { get; }

    /// <summary>Whether what is followed has ended.</summary>
    protected abstract bool IsOver { get; }

    /// <summary>Whether the stream goes on when what is followed has ended, so that nobody waits for its last frame.</summary>
    protected virtual bool StreamOutlivesEnd => false;

    private bool IsCutOff => StreamOutlivesEnd && IsOver;

    /// <summary>Takes the next item that is here already.</summary>
    public bool TryTake([MaybeNullWhen(false)] out TItem item)
    {
        if (_gapIsDue)
        {
            _gapIsDue = false;
            item = _gap!;
            return true;
        }

        try
        {
            while (_failure is null && _broken is null && !IsCutOff && _stream.TryRead(out TMessage message))
            {
                _waitingSince = 0;
                if (Take(message, out item))
                {
                    return true;
                }
            }
        }
        catch (FramingException e)
        {
            _broken = e;
        }

        item = default;
        return false;
    }

    /// <summary>Waits for more; <see langword="false"/> when what is followed has ended.</summary>
    /// <exception cref="E2BException">Nothing can come any more, and the end is not known.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return await FillOrRecoverAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception) when (_disposed)
        {
            throw LetGo();
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            _stream.Dispose();
            _failure.Throw();
            throw;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _closed.Cancel();
        Volatile.Read(ref _stream).Dispose();
    }

    /// <summary>Takes what a message holds for the reader, if there is anything.</summary>
    protected abstract bool Take(TMessage message, [MaybeNullWhen(false)] out TItem item);

    /// <summary>Makes a stream in the place of one that is lost, once; returns when its first message is there.</summary>
    protected abstract Task<MessageStream<TMessage>> ReopenAsync(CancellationToken cancellationToken);

    /// <summary>What stands where something may be missing.</summary>
    /// <param name="cause">What became of the connection.</param>
    protected abstract TItem GapAfter(Exception cause);

    /// <summary>What the stream's last frame means when the end was not among its messages: to be recovered from.</summary>
    /// <exception cref="E2BException">It is for the reader.</exception>
    protected abstract Exception EndedBy(ConnectError? error);

    /// <summary>The limit has passed.</summary>
    protected abstract E2BException Overdue(Exception? cause);

    /// <summary>Somebody reads, and another one lets go.</summary>
    protected abstract ObjectDisposedException LetGo();

    /// <summary>Whether what was said when the stream was to be made anew is the end of what is followed, and no failure.</summary>
    protected virtual bool TakeAsEnd(E2BException refusal) => false;

    /// <summary>The end is known: the last chance to throw instead.</summary>
    protected virtual void Conclude()
    {
    }

    protected void ThrowIfOverdue(Exception? cause)
    {
        if (_followed.IsOverdue(by: TimeSpan.Zero))
        {
            throw Overdue(cause);
        }
    }

    /// <summary>Something has come over the present connection.</summary>
    protected void NoteProgress() => _recovery.NoteProgress();

    /// <summary>The present connection was a good one, however short it was.</summary>
    protected void NoteGood() => _recovery.NoteGood();

    /// <summary>What is left of the limit, to tell the daemon: a millisecond at least, since nothing would mean no limit.</summary>
    protected TimeSpan? TimeLeft(TimeSpan grace)
    {
        if (_followed.Limit is not { } limit)
        {
            return null;
        }

        TimeSpan left = limit - _followed.Elapsed + grace;
        return left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1);
    }

    private async ValueTask<bool> FillOrRecoverAsync(CancellationToken cancellationToken)
    {
        bool isSilent = false;
        if (_broken is null && !IsCutOff)
        {
            try
            {
                if (await WaitAsync(cancellationToken).ConfigureAwait(false))
                {
                    return true;
                }

                if (!IsOver)
                {
                    _broken = EndedBy(_stream.End?.Error);
                }
            }
            catch (TimeoutException e) when (!IsOver)
            {
                // Timers are not exact: the clock may say that the limit is still to come.
                if (_waitsForLimit || _followed.IsOverdue(by: TimeSpan.Zero))
                {
                    throw Overdue(e);
                }

                isSilent = true;
                _broken = e;
            }
            catch (Exception e) when (e is FramingException or IOException or HttpRequestException or TimeoutException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                _broken = e;
            }
        }

        if (!IsOver)
        {
            await RecoverAsync(isSilent, cancellationToken).ConfigureAwait(false);
            return true;
        }

        // Whatever became of the connection: the end is known.
        if (_broken is not null || IsCutOff)
        {
            _stream.Dispose();
        }

        Conclude();
        return false;
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        long now = Stopwatch.GetTimestamp();
        if (_waitingSince == 0)
        {
            _waitingSince = now;
        }

        try
        {
            return await _stream.WaitAsync(WaitLimit(now), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time in which nobody waits is nobody's silence.
            _waitingSince = 0;
            throw;
        }
    }

    private TimeSpan WaitLimit(long now)
    {
        if (IsOver)
        {
            return _tailLimit;
        }

        // Silence counts between whole messages: a length that was garbled on the way would wait for ever, and swallow every sign of life.
        TimeSpan wait = Timing.SilenceLimit - Stopwatch.GetElapsedTime(_waitingSince, now);
        if (_followed.Limit is { } limit)
        {
            // A slow reader may ask long after the limit for what is still on its way.
            TimeSpan left = Max(limit - _followed.Elapsed, TimeSpan.Zero) + _endGrace;
            _waitsForLimit = left < wait;
            wait = _waitsForLimit ? left : wait;
        }

        return Max(wait, TimeSpan.Zero);
    }

    private async Task RecoverAsync(bool isSilent, CancellationToken cancellationToken)
    {
        _stream.Dispose();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        try
        {
            MessageStream<TMessage> stream = await _recovery.RunAsync(_broken!, isSilent, stop.Token).ConfigureAwait(false);
            Volatile.Write(ref _stream, stream);
            if (_disposed)
            {
                stream.Dispose();
            }

            Interlocked.Increment(ref _reattached);
        }
        catch (E2BException e) when (TakeAsEnd(e))
        {
            // It ended while nobody was told: what came before that may be missing all the same.
        }

        _gap = GapAfter(_broken!);
        _gapIsDue = true;
        _broken = null;
        _waitingSince = 0;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
