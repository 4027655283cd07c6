using E2B.Errors;
using E2B.Protocol.Connect;

namespace E2B.Transport;

/// <summary>One call: its token, which the caller or the time limit cancels, and what becomes of its failures.</summary>
internal sealed class CallScope : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _limit;

    /// <param name="context">What the call is about.</param>
    /// <param name="requestTimeout">The call's own limit; <see langword="null"/> means the connection's, zero none.</param>
    /// <param name="caller">The caller's token.</param>
    public CallScope(CallContext context, TimeSpan? requestTimeout, CancellationToken caller)
    {
        Context = context;
        _caller = caller;
        _limit = requestTimeout ?? context.Connection.RequestTimeout;
        if (_limit < TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException("The request timeout is negative. Give a duration, or zero for no limit.");
        }

        _source = caller.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(caller) : new CancellationTokenSource();
        Arm();
    }

    public CallContext Context { get; }

    /// <summary>Cancelled by the caller, or when the time limit has passed.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Starts counting the time from now.</summary>
    public void Arm()
    {
        if (_limit > TimeSpan.Zero)
        {
            _source.CancelAfter(_limit);
        }
    }

    /// <summary>Stops counting the time.</summary>
    public void Disarm()
    {
        if (_limit > TimeSpan.Zero)
        {
            _source.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether <see cref="Translate"/> has something to say about a failure.</summary>
    public static bool Knows(Exception failure) =>
        failure is OperationCanceledException or FramingException or HttpRequestException or IOException;

    /// <summary>Whether a failure is a connection that was there and broke: then it is worth asking whether the sandbox still runs.</summary>
    public static bool IsBrokenConnection(Exception failure) => failure switch
    {
        HttpRequestException http => http.HttpRequestError is not (HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError),
        IOException or FramingException => true,
        _ => false,
    };

    /// <summary>The exception for the caller.</summary>
    public Exception Translate(Exception failure) => failure switch
    {
        OperationCanceledException when _caller.IsCancellationRequested =>
            new OperationCanceledException($"The call to {Context.Action} was cancelled.", failure, _caller),
        OperationCanceledException when _source.IsCancellationRequested => ErrorMapper.RequestTimedOut(Context, _limit, failure),
        // A connection closed by cancelling can fail in other ways first.
        HttpRequestException or IOException when _caller.IsCancellationRequested =>
            new OperationCanceledException($"The call to {Context.Action} was cancelled.", failure, _caller),
        HttpRequestException or IOException when _source.IsCancellationRequested => ErrorMapper.RequestTimedOut(Context, _limit, failure),
        FramingException framing => ErrorMapper.FromFraming(Context, framing),
        HttpRequestException or IOException => ErrorMapper.FromTransport(Context, failure),
        _ => failure,
    };

    public void Dispose() => _source.Dispose();
}
