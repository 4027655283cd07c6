using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace E2B.EndToEnd.Tests;

/// <summary>Stands between a client and the server, and does to each create what its label <c>fault</c> says.</summary>
internal sealed class FaultingProxy : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, bool> _seen = new();
    private readonly Uri _target;
    private readonly TimeSpan _late;
    private readonly WebApplication _application;

    private FaultingProxy(Uri target, TimeSpan late)
    {
        _target = target;
        _late = late;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.Urls.Add("http://127.0.0.1:0");
        _application.Run(AnswerAsync);
    }

    public Uri Url => new(_application.Urls.First());

    /// <summary>How many sandboxes the server said it made.</summary>
    public int Made => Took.Count;

    /// <summary>How long the server took to make each sandbox, by its id.</summary>
    public ConcurrentDictionary<string, TimeSpan> Took { get; } = new();

    /// <summary>Whether the create of a number has come through to here.</summary>
    public bool Saw(int number) => _seen.ContainsKey(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Creates that the server itself did not do, with what it said.</summary>
    public ConcurrentQueue<string> NotMade { get; } = new();

    /// <param name="target">The server.</param>
    /// <param name="late">How long an answer that is to come too late waits.</param>
    public static async Task<FaultingProxy> StartAsync(Uri target, TimeSpan late)
    {
        var proxy = new FaultingProxy(target, late);
        await proxy._application.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _application.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        bool isCreate = context.Request.Method == "POST" && context.Request.Path == "/sandboxes";
        try
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, _stop.Token);
            await PassAsync(context, body.ToArray(), isCreate ? FaultOf(body.ToArray()) : CreateFault.None, isCreate);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The client went away, or the server, or the test is over.
            if (isCreate && e is HttpRequestException)
            {
                NotMade.Enqueue(e.ToString());
            }

            context.Abort();
        }
    }

    private CreateFault FaultOf(byte[] body)
    {
        JsonNode metadata = JsonNode.Parse(body)!["metadata"]!;
        CreateFault fault = Enum.Parse<CreateFault>((string)metadata["fault"]!);
        bool isFirst = _seen.TryAdd((string)metadata["try"]!, true);
        return isFirst || fault == CreateFault.StormOfTooMany ? fault : fault == CreateFault.TooMany ? CreateFault.None : fault;
    }

    private async Task PassAsync(HttpContext context, byte[] body, CreateFault fault, bool isCreate)
    {
        switch (fault)
        {
            case CreateFault.TooMany:
                context.Response.Headers["Retry-After"] = "0";
                context.Response.StatusCode = 429;
                return;
            case CreateFault.StormOfTooMany:
                context.Response.StatusCode = 429;
                return;
            case CreateFault.BadGatewayBefore:
                context.Response.StatusCode = 502;
                return;
            case CreateFault.UnavailableBefore:
                context.Response.StatusCode = 503;
                return;
            case CreateFault.ResetBefore:
                context.Abort();
                return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_target, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        request.Headers.Add("X-API-KEY", context.Request.Headers["X-API-KEY"].ToString());
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        long begun = Stopwatch.GetTimestamp();
        using HttpResponseMessage answer = await _http.SendAsync(request, _stop.Token);
        byte[] content = await answer.Content.ReadAsByteArrayAsync(_stop.Token);
        if (isCreate && answer.StatusCode == HttpStatusCode.Created)
        {
            Took[(string)JsonNode.Parse(content)!["sandboxID"]!] = Stopwatch.GetElapsedTime(begun);
        }
        else if (isCreate)
        {
            NotMade.Enqueue($"{(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(content)}");
        }

        switch (fault)
        {
            case CreateFault.ResetAfter:
                context.Abort();
                return;
            case CreateFault.CutInTheAnswer:
                context.Response.ContentLength = content.Length;
                await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2), _stop.Token);
                await context.Response.Body.FlushAsync(_stop.Token);
                context.Abort();
                return;
            case CreateFault.BadGatewayAfter:
                context.Response.StatusCode = 502;
                return;
            case CreateFault.UnavailableAfter:
                context.Response.StatusCode = 503;
                return;
            case CreateFault.ServerErrorAfter:
                context.Response.StatusCode = 500;
                return;
            case CreateFault.GatewayTimeoutAfter:
                context.Response.StatusCode = 504;
                return;
            case CreateFault.AnswersTooLate:
                await Task.Delay(_late, _stop.Token);
                break;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        if (answer.Headers.TryGetValues("X-Next-Token", out IEnumerable<string>? next))
        {
            context.Response.Headers["X-Next-Token"] = next.First();
        }

        if (content.Length > 0)
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content, _stop.Token);
        }
    }
}
