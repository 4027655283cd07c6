using System.Net;
using System.Net.Sockets;
using E2B.Errors;
using Polly;
using Polly.Retry;

namespace E2B.Transport;

/// <summary>When a request that failed may be sent again.</summary>
internal enum Repeat
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When it cannot have reached the server.</summary>
    Unsent,

    /// <summary>When it cannot have reached the server, or when the server has too much to do (429) and so did not do it.</summary>
    Refused,

    /// <summary>Whenever it failed on the way or the server asked to come back later: doing it twice is doing it once.</summary>
    Safe,
}

/// <summary>The connections of one client. One pool for the control plane and all sandboxes; no time limit of its own.</summary>
internal sealed class HttpTransport : IDisposable
{
    /// <summary>A server that asks for a longer wait gets none: the caller is told instead.</summary>
    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(20);

    private const int MaxRetries = 2;

    private static readonly ResiliencePropertyKey<HttpRequestMessage> _request = new("request");

    private readonly HttpMessageInvoker _invoker;
    private readonly ResiliencePipeline<HttpResponseMessage> _unsent;
    private readonly ResiliencePipeline<HttpResponseMessage> _refused;
    private readonly ResiliencePipeline<HttpResponseMessage> _safe;

    public HttpTransport(E2BConnection connection)
    {
        _invoker = new HttpMessageInvoker(connection.HandlerFactory?.Invoke() ?? CreateHandler(connection));
        _unsent = BuildPipeline(connection.Clock, static (outcome, _) => IsUnsent(outcome.Exception));
        _refused = BuildPipeline(connection.Clock, static (outcome, clock) => outcome.Result is { } response
            ? response.StatusCode is HttpStatusCode.TooManyRequests && MayWait(response, clock)
            : IsUnsent(outcome.Exception));
        _safe = BuildPipeline(connection.Clock, static (outcome, clock) => outcome.Result is { } response
            ? response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && MayWait(response, clock)
            : outcome.Exception is HttpRequestException or IOException);
    }

    /// <summary>Sends a request; returns when the answer's headers are there.</summary>
    /// <param name="repeat">When it may be sent again.</param>
    /// <param name="state">For <paramref name="make"/>.</param>
    /// <param name="make">Makes the request, anew for each time it is sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpResponseMessage> SendAsync<TState>(
        Repeat repeat, TState state, Func<TState, HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        if (repeat == Repeat.Never)
        {
            return await _invoker.SendAsync(make(state), cancellationToken).ConfigureAwait(false);
        }

        ResiliencePipeline<HttpResponseMessage> pipeline = repeat switch
        {
            Repeat.Safe => _safe,
            Repeat.Refused => _refused,
            _ => _unsent,
        };
        ResilienceContext context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            return await pipeline.ExecuteAsync(
                static async (c, s) =>
                {
                    HttpRequestMessage request = s.make(s.state);
                    c.Properties.Set(_request, request);
                    return await s._invoker.SendAsync(request, c.CancellationToken).ConfigureAwait(false);
                },
                context,
                (_invoker, state, make)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private static bool IsUnsent(Exception? exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
    };

    private static bool MayWait(HttpResponseMessage response, TimeProvider clock) =>
        !(ErrorAnswer.GetRetryAfter(response, clock) > LongestRetryAfter);

    private static ResiliencePipeline<HttpResponseMessage> BuildPipeline(
        TimeProvider clock, Func<Outcome<HttpResponseMessage>, TimeProvider, bool> shouldRepeat)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock };
        return builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = MaxRetries,
            Delay = TimeSpan.FromMilliseconds(200),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(shouldRepeat(arguments.Outcome, clock)),
            DelayGenerator = arguments => ValueTask.FromResult(
                arguments.Outcome.Result is { } response ? ErrorAnswer.GetRetryAfter(response, clock) : null),
            OnRetry = static arguments =>
            {
                if (arguments.Context.Properties.TryGetValue(_request, out HttpRequestMessage? request))
                {
                    RequestRepeat.Report(
                        request.Method, request.RequestUri!, ReasonOf(arguments.Outcome), arguments.RetryDelay, arguments.AttemptNumber + 2);
                }

                arguments.Outcome.Result?.Dispose();
                return default;
            },
        }).Build();
    }

    /// <summary>Why a request is sent again. Only what is known not to hold a secret: no message, no address.</summary>
    private static string ReasonOf(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Result: { } response } => response.Headers.RetryAfter is { } after
            ? $"HTTP {(int)response.StatusCode}, Retry-After {after}"
            : $"HTTP {(int)response.StatusCode}",
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } } => "the name was not resolved",
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } } => "no connection",
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } } => "no secure connection",
        { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } } => "no way through the proxy",
        _ => "the connection broke",
    };

    internal static SocketsHttpHandler CreateHandler(E2BConnection connection) => new()
    {
        UseCookies = false,
        // A redirect would carry the API key to wherever the answer points.
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        // An answer that is left early may be one that never ends, such as a watch: the other side is to know at once.
        ResponseDrainTimeout = TimeSpan.Zero,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        Proxy = connection.Proxy ?? new SystemProxy(),
        DefaultProxyCredentials = null,
        ConnectCallback = ConnectAsync,
    };

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAlive(socket);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A long command may be silent for a long time: so the system finds out when the other side is gone.</summary>
    private static void KeepAlive(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        }
        catch (SocketException)
        {
            // Not every system has all of these; a connection works without.
        }
    }
}
