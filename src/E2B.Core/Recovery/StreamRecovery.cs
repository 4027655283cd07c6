using System.Diagnostics;
using E2B.Errors;
using E2B.Protocol.Connect;
using E2B.Transport;
using Google.Protobuf;

namespace E2B.Recovery;

/// <summary>Makes a stream anew whose connection broke or fell silent; or finds out why that cannot be.</summary>
internal sealed class StreamRecovery<T>
    where T : IMessage<T>, new()
{
    /// <summary>How long to ask whether a sandbox is paused, before the way that would wake it is tried.</summary>
    private static readonly TimeSpan _pauseLookLimit = TimeSpan.FromSeconds(2);

    private readonly Sandbox _sandbox;
    private readonly StreamTiming _timing;
    private readonly Followed _followed;
    private readonly TimeSpan _endGrace;
    private readonly Func<CancellationToken, Task<MessageStream<T>>> _reopen;
    private readonly Func<Exception?, E2BException> _overdue;
    private int _attempts;
    private long _connectedAt;
    private long _lostAt;

    /// <param name="sandbox">Where.</param>
    /// <param name="followed">What.</param>
    /// <param name="endGrace">How long after the limit word of the end may still come.</param>
    /// <param name="reopen">Makes the stream anew, once. What it throws that cannot pass is thrown on.</param>
    /// <param name="overdue">What to throw when the limit has passed.</param>
    public StreamRecovery(
        Sandbox sandbox,
        Followed followed,
        TimeSpan endGrace,
        Func<CancellationToken, Task<MessageStream<T>>> reopen,
        Func<Exception?, E2BException> overdue)
    {
        _sandbox = sandbox;
        _timing = sandbox.Client.Connection.Timing;
        _followed = followed;
        _endGrace = endGrace;
        _reopen = reopen;
        _overdue = overdue;
    }

    private CallContext Context => _followed.Context;

    /// <summary>Something has come over the present connection: once that is so for a while, its break will be a new one.</summary>
    public void NoteProgress()
    {
        if (_attempts > 0 && Stopwatch.GetElapsedTime(_connectedAt) >= _timing.StableAfter)
        {
            _attempts = 0;
        }
    }

    /// <summary>The present connection was a good one, however short it was: its end will be a new one.</summary>
    public void NoteGood() => _attempts = 0;

    /// <summary>Returns the stream that goes on.</summary>
    /// <param name="cause">What became of the one before.</param>
    /// <param name="isSilent">Whether it just said nothing: then the sandbox is asked first.</param>
    /// <param name="cancellationToken">Gives up; this may be called again then.</param>
    /// <exception cref="E2BException">It does not go on; says why.</exception>
    public async Task<MessageStream<T>> RunAsync(Exception cause, bool isSilent, CancellationToken cancellationToken)
    {
        if (_attempts == 0)
        {
            _lostAt = Stopwatch.GetTimestamp();
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(BudgetNow());
        try
        {
            if (isSilent)
            {
                await ThrowIfPausedAsync(cause, limited.Token, cancellationToken).ConfigureAwait(false);
                if (await _sandbox.Daemon.ProbeAsync(limited.Token).ConfigureAwait(false) == false)
                {
                    throw await WhyGoneAsync(cause, cancellationToken).ConfigureAwait(false);
                }
            }

            while (_attempts < _timing.RecoveryWaits.Count)
            {
                await Task.Delay(_timing.RecoveryWaits[_attempts++], limited.Token).ConfigureAwait(false);
                ThrowIfOverdue(cause, _endGrace);
                await ThrowIfPausedAsync(cause, limited.Token, cancellationToken).ConfigureAwait(false);
                try
                {
                    MessageStream<T> stream = await _reopen(limited.Token).ConfigureAwait(false);
                    _connectedAt = Stopwatch.GetTimestamp();
                    return stream;
                }
                catch (E2BException e) when (e is SandboxNotFoundException or E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded })
                {
                    throw await WhyGoneAsync(cause, cancellationToken).ConfigureAwait(false);
                }
                catch (E2BException e) when (MayPass(e))
                {
                    // Not now; perhaps the next time.
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time for all of it is over: either the recovery's own, or the limit, and timers are not exact.
            ThrowIfOverdue(cause, margin: TimeSpan.Zero);
        }

        ThrowIfOverdue(cause, _endGrace);
        throw await WhyUnreachableAsync(cause, Stopwatch.GetElapsedTime(_lostAt), cancellationToken).ConfigureAwait(false);
    }

    private static bool MayPass(E2BException failure) => failure is E2BUnreachableException or E2BTimeoutException
        or E2BProtocolException or E2BRateLimitException or E2BConflictException || failure.GetType() == typeof(E2BException);

    /// <summary>Attaching again is traffic, and traffic wakes some sandboxes: not against whoever paused this one, or let its lifetime end.</summary>
    private async Task ThrowIfPausedAsync(Exception cause, CancellationToken limited, CancellationToken cancellationToken)
    {
        if (_sandbox.AutoResume == false)
        {
            return;
        }

        using var look = CancellationTokenSource.CreateLinkedTokenSource(limited);
        look.CancelAfter(Shorter(_timing.AttemptLimit, _pauseLookLimit));
        if (await AskControlPlaneAsync(look.Token, cancellationToken).ConfigureAwait(false) == SandboxFate.Paused)
        {
            throw ErrorMapper.Paused(Context, cause);
        }
    }

    /// <summary>The sandbox's side says that it is not there: the control plane knows why.</summary>
    private async Task<Exception> WhyGoneAsync(Exception cause, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limited = Limit(cancellationToken);
        return WhyGone(await AskControlPlaneAsync(limited.Token, cancellationToken).ConfigureAwait(false), cause);
    }

    private E2BException WhyGone(SandboxFate fate, Exception cause) => fate switch
    {
        SandboxFate.Paused => ErrorMapper.Paused(Context, cause),
        _ when _sandbox.EndAt is { } end && end <= DateTimeOffset.UtcNow => ErrorMapper.LifetimeEnded(Context, end, cause),
        _ => ErrorMapper.EndedDuringCall(Context, cause),
    };

    /// <summary>The sandbox's side says nothing, or nothing that makes sense.</summary>
    private async Task<Exception> WhyUnreachableAsync(Exception cause, TimeSpan tried, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limited = Limit(cancellationToken);
        Task<bool?> health = _sandbox.Daemon.ProbeAsync(limited.Token);
        SandboxFate fate = await AskControlPlaneAsync(limited.Token, cancellationToken).ConfigureAwait(false);
        bool isGone = await health.ConfigureAwait(false) == false;
        return fate switch
        {
            SandboxFate.Paused or SandboxFate.Gone => WhyGone(fate, cause),
            _ when isGone => WhyGone(fate, cause),
            _ when cause is FramingException framing => ErrorMapper.FromFraming(Context, framing),
            _ => ErrorMapper.ConnectionLost(Context, tried, knownToRun: fate == SandboxFate.Running, cause),
        };
    }

    /// <summary>For finding out why, once it is known that it does not go on.</summary>
    private CancellationTokenSource Limit(CancellationToken cancellationToken)
    {
        var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Shorter(_timing.AttemptLimit, BudgetNow()));
        return limited;
    }

    private async Task<SandboxFate> AskControlPlaneAsync(CancellationToken limited, CancellationToken cancellationToken)
    {
        if (_sandbox.Client.Connection.Debug)
        {
            return SandboxFate.Unknown;
        }

        try
        {
            SandboxInfo info = await _sandbox.GetInfoAsync(limited).ConfigureAwait(false);
            return info.State switch
            {
                SandboxState.Running => SandboxFate.Running,
                SandboxState.Paused => SandboxFate.Paused,
                _ => SandboxFate.Unknown,
            };
        }
        catch (SandboxNotFoundException)
        {
            return SandboxFate.Gone;
        }
        catch (Exception e) when (e is E2BException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return SandboxFate.Unknown;
        }
    }

    private TimeSpan BudgetNow()
    {
        if (_followed.Limit is not { } limit)
        {
            return _timing.RecoveryLimit;
        }

        TimeSpan left = limit - _followed.Elapsed + _endGrace;
        return left > TimeSpan.Zero ? Shorter(left, _timing.RecoveryLimit) : TimeSpan.Zero;
    }

    private void ThrowIfOverdue(Exception cause, TimeSpan margin)
    {
        if (_followed.IsOverdue(margin))
        {
            throw _overdue(cause);
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private enum SandboxFate
    {
        Unknown,
        Running,
        Paused,
        Gone,
    }
}
