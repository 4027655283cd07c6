using System.Collections.Immutable;
using System.Text.Json;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Files;
using E2B.LocalServer.Agent.Interpreter;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Agent.Processes;
using E2B.LocalServer.Agent.Watching;
using E2B.Protocol.Rest;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace E2B.LocalServer.Agent;

/// <summary>Answers requests. Kestrel calls it directly: a host with its services and routes would double the time to start.</summary>
internal sealed class AgentApplication : IHttpApplication<HttpContext>
{
    /// <summary>What is served beside RPCs.</summary>
    public static readonly ImmutableArray<string> HttpRoutes =
        ["GET /health", "GET /metrics", "POST /init", "GET /envs", "GET /files", "POST /files", "POST /files/compose"];

    private readonly AccessControl _access = new();
    private readonly SandboxDefaults _defaults;
    private readonly RpcRouter _rpc;
    private readonly DownloadEndpoint _download;
    private readonly UploadEndpoint _upload;
    private readonly ComposeEndpoint _compose;
    private readonly MetricsSource _metrics = new();
    private readonly ProcessService _processes;
    private InterpreterService? _interpreter;

    public AgentApplication(SandboxDefaults defaults, AgentLog log)
    {
        _defaults = defaults;
        _rpc = new RpcRouter(defaults);
        _download = new DownloadEndpoint(_access, defaults);
        _upload = new UploadEndpoint(_access, defaults);
        _compose = new ComposeEndpoint(defaults);
        var poller = new Poller();
        _processes = new ProcessService(defaults, poller, log);
        _processes.Register(_rpc);
        FilesystemService.Register(_rpc);
        new WatchService(poller).Register(_rpc);
    }

    /// <summary>The paths of the RPCs.</summary>
    public IReadOnlyCollection<string> RpcPaths => _rpc.Paths;

    /// <summary>To be called once before the first request. See <see cref="ProcessTable.StartReaping"/>.</summary>
    public void StartReaping() => _processes.StartReaping();

    /// <summary>Starts the code interpreter's service, which runs as long as the agent.</summary>
    public void StartInterpreter()
    {
        _interpreter = new InterpreterService(_defaults, _processes);
        _interpreter.Start();
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // A context holds nothing that the server does not clear away itself.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context);
        }
        catch (HttpFailure failure) when (!context.Response.HasStarted)
        {
            await SendErrorAsync(context, failure.Status, failure.Message);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await SendErrorAsync(context, e.StatusCode, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await SendErrorAsync(context, StatusCodes.Status500InternalServerError, e.Message);
        }
    }

    private async Task RouteAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        string route = context.Request.Method + path;
        switch (route)
        {
            case "GET/health":
                context.Response.Headers.CacheControl = "no-store";
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            case "GET/files":
                await _download.HandleAsync(context);
                return;
            case "POST/files":
                await _upload.HandleAsync(context);
                return;
            case "POST/init":
                await InitializeAsync(context);
                return;
        }

        if (_access.CheckToken(context.Request) is { } problem)
        {
            throw new HttpFailure(StatusCodes.Status401Unauthorized, problem);
        }

        switch (route)
        {
            case "GET/metrics":
                await SendJsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(_metrics.Read(), MetricsJson.Default.SandboxMetrics));
                return;
            case "POST/files/compose":
                await _compose.HandleAsync(context);
                return;
            case "GET/envs":
                await SendJsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(
                    new Dictionary<string, string>(_defaults.Environment), RestJson.Default.IDictionaryStringString));
                return;
        }

        if (!await _rpc.TryHandleAsync(context))
        {
            bool known = HttpRoutes.Any(one => one.EndsWith(" " + path, StringComparison.Ordinal));
            throw known
                ? new HttpFailure(StatusCodes.Status405MethodNotAllowed, $"{context.Request.Method} is not possible for {path}")
                : new HttpFailure(StatusCodes.Status404NotFound, $"there is nothing at {path}");
        }
    }

    private async Task InitializeAsync(HttpContext context)
    {
        context.Response.Headers["X-Envd-Version"] = AgentVersion.EnvdVersion;
        InitRequest request;
        try
        {
            request = context.Request.ContentLength == 0
                ? new InitRequest()
                : await JsonSerializer.DeserializeAsync(context.Request.Body, RestJson.Default.InitRequest, context.RequestAborted) ?? new InitRequest();
        }
        catch (JsonException e)
        {
            throw new HttpFailure(StatusCodes.Status400BadRequest, e.Message);
        }

        if (_access.Initialize(request, _defaults.Apply) is { } problem)
        {
            throw new HttpFailure(StatusCodes.Status401Unauthorized, problem);
        }

        await (_interpreter?.TellEnvironmentAsync() ?? Task.CompletedTask);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task SendJsonAsync(HttpContext context, byte[] json)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static Task SendErrorAsync(HttpContext context, int status, string message)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new ErrorModel(status, message), RestJson.Default.ErrorModel);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
