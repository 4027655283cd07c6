using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using E2B.Errors;
using E2B.Protocol.Connect;
using Google.Protobuf;

namespace E2B.Transport;

/// <summary>What a call to the daemon is besides its message.</summary>
/// <param name="Method"><c>/package.Service/Method</c>, or a plain path.</param>
/// <param name="Action">What is being done, as the end of "could not".</param>
/// <param name="Missing">What it means when the daemon says "not found".</param>
/// <param name="Name">The path, process or other thing that it is about.</param>
/// <param name="User">The Linux user; <see langword="null"/> means the default one.</param>
/// <param name="RequestTimeout">The call's own limit; <see langword="null"/> means the connection's, zero none.</param>
/// <param name="Repeat">When it may be sent again.</param>
internal readonly record struct DaemonCall(
    string Method,
    string Action,
    Missing Missing = Missing.Something,
    string? Name = null,
    string? User = null,
    TimeSpan? RequestTimeout = null,
    Repeat Repeat = Repeat.Unsent);

/// <summary>Calls the daemon of one sandbox.</summary>
internal sealed class DaemonClient
{
    private static readonly MediaTypeHeaderValue _unary = new(MessageCodec.Binary.UnaryContentType);
    private static readonly MediaTypeHeaderValue _stream = new(MessageCodec.Binary.StreamContentType);

    private readonly E2BClient _client;
    private readonly EndpointSource _endpoint;

    public DaemonClient(E2BClient client, EndpointSource endpoint)
    {
        _client = client;
        _endpoint = endpoint;
    }

    public TimeProvider Clock => _client.Connection.Clock;

    public ValueTask<DaemonEndpoint> GetEndpointAsync(CancellationToken cancellationToken) => _endpoint.GetAsync(cancellationToken);

    public CallContext ContextOf(DaemonEndpoint endpoint, DaemonCall call) => new(
        _client.Connection, endpoint.Url, call.Action, call.Missing, call.Name, endpoint.SandboxId, endpoint.Access.AccessToken);

    /// <summary>A call with one answer.</summary>
    public async Task<TResponse> CallAsync<TResponse>(DaemonCall call, IMessage request, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse>, new()
    {
        DaemonEndpoint endpoint = await _endpoint.GetAsync(cancellationToken).ConfigureAwait(false);
        using var scope = new CallScope(ContextOf(endpoint, call), call.RequestTimeout, cancellationToken);
        try
        {
            using HttpResponseMessage response = await _client.Transport.SendAsync(
                call.Repeat,
                (endpoint, call, Body: request.ToByteArray()),
                static s => s.endpoint.NewCall(s.call.Method, s.Body, _unary, s.call.User),
                scope.Token).ConfigureAwait(false);
            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            ThrowUnlessAnswer(scope.Context, response, body, _unary);
            return MessageCodec.Binary.Parse<TResponse>(new ReadOnlySequence<byte>(body.Memory));
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw await TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }

    /// <summary>A call with many answers; returns when the first message is there. It is never repeated.</summary>
    /// <param name="call">What to call.</param>
    /// <param name="request">The message.</param>
    /// <param name="lifetime">What the daemon is told as the time for all of it; <see langword="null"/> for no limit.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    public async Task<(MessageStream<T> Stream, T First)> OpenStreamAsync<T>(
        DaemonCall call, IMessage request, TimeSpan? lifetime, CancellationToken cancellationToken)
        where T : IMessage<T>, new()
    {
        DaemonEndpoint endpoint = await _endpoint.GetAsync(cancellationToken).ConfigureAwait(false);
        using var scope = new CallScope(ContextOf(endpoint, call), call.RequestTimeout, cancellationToken);
        HttpResponseMessage? response = null;
        MessageStream<T>? stream = null;
        try
        {
            HttpRequestMessage message = endpoint.NewCall(call.Method, Frame(request), _stream, call.User);
            StreamHeaders.Add(message.Headers, _client.Connection.Timing.Keepalive, lifetime);
            response = await _client.Transport.SendAsync(Repeat.Never, message, static m => m, scope.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK || !HasType(response, _stream))
            {
                using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
                ThrowUnlessAnswer(scope.Context, response, body, _stream);
            }

            stream = await MessageStream<T>.OpenAsync(response, scope.Token).ConfigureAwait(false);
            T? first;
            while (!stream.TryRead(out first))
            {
                if (!await stream.WaitAsync(Timeout.InfiniteTimeSpan, scope.Token).ConfigureAwait(false))
                {
                    throw stream.End?.Error is { } error
                        ? ErrorMapper.FromConnect(scope.Context, error)
                        : new FramingException("The stream ended before its first message.");
                }
            }

            return (stream, first);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            response?.Dispose();
            switch (e)
            {
                case E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded } gone:
                    throw ErrorMapper.NotRunning(scope.Context, gone);
                case var _ when CallScope.Knows(e):
                    throw await TranslateAsync(scope, e).ConfigureAwait(false);
                default:
                    throw;
            }
        }
    }

    /// <summary>A call with many messages and one answer, which comes after the last of them. It is never repeated.</summary>
    public async Task<TResponse> UploadAsync<TRequest, TResponse>(
        DaemonCall call, IAsyncEnumerable<TRequest> messages, CancellationToken cancellationToken)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>, new()
    {
        DaemonEndpoint endpoint = await _endpoint.GetAsync(cancellationToken).ConfigureAwait(false);
        using var scope = new CallScope(ContextOf(endpoint, call), call.RequestTimeout, cancellationToken);
        try
        {
            HttpRequestMessage message = endpoint.NewCall(call.Method, default, _stream, call.User);
            message.Content = new MessageUpload<TRequest>(messages);
            using HttpResponseMessage response = await _client.Transport.SendAsync(Repeat.Never, message, static m => m, scope.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK || !HasType(response, _stream))
            {
                using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
                ThrowUnlessAnswer(scope.Context, response, body, _stream);
            }

            using MessageStream<TResponse> stream = await MessageStream<TResponse>.OpenAsync(response, scope.Token).ConfigureAwait(false);
            TResponse? answer = default;
            do
            {
                while (stream.TryRead(out TResponse read))
                {
                    answer = read;
                }
            }
            while (await stream.WaitAsync(Timeout.InfiniteTimeSpan, scope.Token).ConfigureAwait(false));
            return stream.End?.Error is { } error ? throw ErrorMapper.FromConnect(scope.Context, error)
                : answer ?? throw new FramingException("The stream ended without an answer.");
        }
        catch (Exception e) when (CallScope.Knows(e))
        {
            throw await TranslateAsync(scope, e).ConfigureAwait(false);
        }
    }

    /// <summary>A plain HTTP request to the daemon; returns when the headers of a good answer are there.</summary>
    /// <param name="scope">The call, whose limit goes on counting.</param>
    /// <param name="repeat">When it may be sent again.</param>
    /// <param name="state">For <paramref name="make"/>.</param>
    /// <param name="make">Makes the request, anew for each time it is sent.</param>
    /// <param name="alsoGood">A status that is an answer to the caller and no error.</param>
    public async Task<HttpResponseMessage> SendAsync<TState>(
        CallScope scope, Repeat repeat, TState state, Func<TState, HttpRequestMessage> make, HttpStatusCode? alsoGood = null)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await _client.Transport.SendAsync(repeat, state, make, scope.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode == alsoGood)
            {
                return response;
            }

            using ResponseBody body = await ResponseBody.ReadAsync(response, scope.Token).ConfigureAwait(false);
            throw ErrorMapper.FromStatus(scope.Context, ErrorAnswer.From(response, body.Span, Clock), fromDaemon: true);
        }
        catch (Exception e)
        {
            response?.Dispose();
            if (CallScope.Knows(e))
            {
                throw await TranslateAsync(scope, e).ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Asks whether the sandbox runs.</summary>
    /// <returns><see langword="null"/> when that cannot be told.</returns>
    /// <param name="cancellationToken">Gives up: then it cannot be told either.</param>
    public async Task<bool?> ProbeAsync(CancellationToken cancellationToken = default)
    {
        if (_endpoint.Known is not { } endpoint)
        {
            return null;
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_client.Connection.Timing.AttemptLimit);
            using HttpResponseMessage response = await _client.Transport.SendAsync(
                Repeat.Never, endpoint, static e => e.NewRequest(HttpMethod.Get, "/health"), limit.Token).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.BadGateway ? false : response.IsSuccessStatusCode ? true : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>The exception for the caller. Of a connection that broke, the sandbox's end may be the cause.</summary>
    public async Task<Exception> TranslateAsync(CallScope scope, Exception failure) =>
        CallScope.IsBrokenConnection(failure) && !scope.Token.IsCancellationRequested && await ProbeAsync().ConfigureAwait(false) == false
            ? ErrorMapper.EndedDuringCall(scope.Context, failure)
            : scope.Translate(failure);

    private static ReadOnlyMemory<byte> Frame(IMessage request)
    {
        var buffer = new ArrayBufferWriter<byte>(Envelope.HeaderLength + request.CalculateSize());
        Envelope.Write(buffer, MessageCodec.Binary, request);
        return buffer.WrittenMemory;
    }

    private static bool HasType(HttpResponseMessage response, MediaTypeHeaderValue expected) =>
        string.Equals(response.Content.Headers.ContentType?.MediaType, expected.MediaType, StringComparison.OrdinalIgnoreCase);

    private void ThrowUnlessAnswer(CallContext context, HttpResponseMessage response, ResponseBody body, MediaTypeHeaderValue expected)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            if (HasType(response, expected))
            {
                return;
            }

            throw new FramingException(
                $"Its content type is '{response.Content.Headers.ContentType?.MediaType}', where '{expected.MediaType}' is expected.");
        }

        // A Connect error has a name for a code; whoever stands before the daemon answers in other forms.
        throw ConnectError.TryParse(body.Span) is { } error
            ? ErrorMapper.FromConnect(context, error, (int)response.StatusCode, ErrorAnswer.GetRequestId(response))
            : ErrorMapper.FromStatus(context, ErrorAnswer.From(response, body.Span, Clock), fromDaemon: true);
    }
}
