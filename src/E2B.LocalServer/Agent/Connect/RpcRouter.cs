using E2B.LocalServer.Agent.Access;
using E2B.Protocol.Connect;
using Google.Protobuf;

namespace E2B.LocalServer.Agent.Connect;

/// <summary>The RPCs by their paths, and what is the same for all of them.</summary>
/// <param name="defaults">Whose calls are those that name no user.</param>
/// <param name="largestMessage">Bytes that a message of a caller's may have. Only tests change it.</param>
internal sealed class RpcRouter(SandboxDefaults defaults, int largestMessage = Envelope.DefaultMaxPayload)
{
    private static readonly TimeSpan _lastFrameLimit = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (bool IsStream, Func<RpcContext, Task> Handle)> _methods = new(StringComparer.Ordinal);

    /// <summary>The paths of all of them.</summary>
    public IReadOnlyCollection<string> Paths => _methods.Keys;

    /// <summary>A call with one message each way.</summary>
    public void Unary<TRequest, TResponse>(string path, Func<RpcContext, TRequest, Task<TResponse>> handle)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage =>
        _methods.Add(path, (false, async context =>
        {
            TRequest request = await MessageReader.ReadUnaryAsync<TRequest>(context);
            byte[] body = context.Codec.Serialize(await handle(context, request));
            context.Http.Response.ContentType = context.Codec.UnaryContentType;
            context.Http.Response.ContentLength = body.Length;
            await context.Http.Response.Body.WriteAsync(body, context.Http.RequestAborted);
        }));

    /// <summary>A call whose answer is a stream.</summary>
    public void ServerStream<TRequest>(string path, Func<RpcContext, TRequest, MessageStream, Task> handle)
        where TRequest : IMessage<TRequest>, new() =>
        _methods.Add(path, (true, async context =>
            await handle(context, await MessageReader.ReadSingleAsync<TRequest>(context), new MessageStream(context))));

    /// <summary>A call whose request is a stream.</summary>
    public void ClientStream<TRequest, TResponse>(string path, Func<RpcContext, IAsyncEnumerable<TRequest>, Task<TResponse>> handle)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage =>
        _methods.Add(path, (true, async context =>
            new MessageStream(context).Write(await handle(context, MessageReader.ReadStreamAsync<TRequest>(context)))));

    /// <summary>Answers the request, if its path is one of an RPC.</summary>
    public async Task<bool> TryHandleAsync(HttpContext http)
    {
        if (!_methods.TryGetValue(http.Request.Path.Value ?? string.Empty, out (bool IsStream, Func<RpcContext, Task> Handle) method))
        {
            return false;
        }

        if (http.Request.Method != HttpMethods.Post)
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Post;
            return true;
        }

        if (MessageCodec.FromContentType(http.Request.ContentType) is not { } form || form.IsStream != method.IsStream)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            http.Response.Headers["Accept-Post"] = method.IsStream
                ? $"{MessageCodec.Json.StreamContentType}, {MessageCodec.Binary.StreamContentType}"
                : $"{MessageCodec.Json.UnaryContentType}, {MessageCodec.Binary.UnaryContentType}";
            return true;
        }

        if (form.IsStream)
        {
            http.Response.ContentType = form.Codec.StreamContentType;
            // Before the answer has started, its writer may hand out a span of nothing, which the framing does not expect.
            await http.Response.StartAsync(http.RequestAborted);
        }

        ConnectError? error = await RunAsync(http, form.Codec, method.Handle);
        if (!http.RequestAborted.IsCancellationRequested)
        {
            await (form.IsStream ? EndStreamAsync(http, error) : error is null ? Task.CompletedTask : SendErrorAsync(http, error));
        }

        return true;
    }

    private static Task SendErrorAsync(HttpContext http, ConnectError error)
    {
        byte[] body = error.ToJson();
        http.Response.StatusCode = ConnectCodes.ToHttpStatus(error.Code);
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    /// <summary>A stream's error stands in its last frame; its HTTP status is 200 all the same.</summary>
    private static async Task EndStreamAsync(HttpContext http, ConnectError? error)
    {
        new StreamEnd(error).WriteTo(http.Response.BodyWriter);

        // A caller that has stopped reading is told that its time is over, but not waited for without end.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(_lastFrameLimit);
        try
        {
            await http.Response.BodyWriter.FlushAsync(error is null ? http.RequestAborted : limit.Token);
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    private async Task<ConnectError?> RunAsync(HttpContext http, MessageCodec codec, Func<RpcContext, Task> handle)
    {
        RpcContext? context = null;
        try
        {
            context = new RpcContext(http, codec, defaults, largestMessage);
            await handle(context);
            return null;
        }
        catch (Exception e)
        {
            return context is { TimeLimitPassed: true } && e is OperationCanceledException
                ? new ConnectError(ConnectCode.DeadlineExceeded, "context deadline exceeded")
                : RpcException.Describe(e);
        }
        finally
        {
            context?.Dispose();
        }
    }
}
