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

    /// <summary>Whenever it failed on the way or the server asked to come back later: doing it twice is doing it once.</summary>
    Safe,
}

/// <summary>The connections of one client. One pool for the control plane and all sandboxes; no time limit of its own.</summary>
internal sealed class HttpTransport : IDisposable
{
    /// <summary>A server that asks for a longer wait gets none: the caller is told instead.</summary>
    internal static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(20);

    private const int MaxRetries = 2;

    private readonly HttpMessageInvoker _invoker;
    private readonly ResiliencePipeline<HttpResponseMessage> _unsent;
    private readonly ResiliencePipeline<HttpResponseMessage> _safe;

    public HttpTransport(E2BConnection connection)
    {
        _invoker = new HttpMessageInvoker(connection.HandlerFactory?.Invoke() ?? CreateHandler(connection));
        _unsent = BuildPipeline(connection.Clock, static (outcome, _) => IsUnsent(outcome.Exception));
        _safe = BuildPipeline(connection.Clock, static (outcome, clock) => outcome.Result is { } response
            ? response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                && !(ErrorAnswer.GetRetryAfter(response, clock) > LongestRetryAfter)
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

        return await (repeat == Repeat.Safe ? _safe : _unsent).ExecuteAsync(
            static async (s, token) => await s._invoker.SendAsync(s.make(s.state), token).ConfigureAwait(false),
            (_invoker, state, make),
            cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _invoker.Dispose();

    private static bool IsUnsent(Exception? exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError,
    };

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
                arguments.Outcome.Result?.Dispose();
                return default;
            },
        }).Build();
    }

    private static SocketsHttpHandler CreateHandler(E2BConnection connection) => new()
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
