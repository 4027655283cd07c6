using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace E2B.EndToEnd.Tests;

/// <summary>Stands between a client and the server, and does to each create what its label <c>fault</c> says.</summary>
internal sealed class FaultingProxy : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, bool> _seen = new();
    private readonly Uri _target;
    private readonly TimeSpan _late;
    private readonly Task _running;

    public FaultingProxy(Uri target, TimeSpan late)
    {
        _target = target;
        _late = late;
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _running = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>How many sandboxes the server said it made.</summary>
    public int Made => Took.Count;

    /// <summary>How long the server took to make each sandbox, by its id.</summary>
    public ConcurrentDictionary<string, TimeSpan> Took { get; } = new();

    /// <summary>Whether the create of a number has come through to here.</summary>
    public bool Saw(int number) => _seen.ContainsKey(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Creates that the server itself did not do, with what it said.</summary>
    public ConcurrentQueue<string> NotMade { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Close();
        await _running;
        _http.Dispose();
        _stop.Dispose();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                serving.Add(AnswerAsync(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        bool isCreate = context.Request.HttpMethod == "POST" && context.Request.Url!.AbsolutePath == "/sandboxes";
        try
        {
            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, _stop.Token);
            await PassAsync(context, body.ToArray(), isCreate ? FaultOf(body.ToArray()) : CreateFault.None, isCreate);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or HttpListenerException or ObjectDisposedException)
        {
            // The client went away, or the server, or the test is over.
            if (isCreate && e is HttpRequestException)
            {
                NotMade.Enqueue(e.ToString());
            }

            context.Response.Abort();
        }
    }

    private CreateFault FaultOf(byte[] body)
    {
        JsonNode metadata = JsonNode.Parse(body)!["metadata"]!;
        CreateFault fault = Enum.Parse<CreateFault>((string)metadata["fault"]!);
        bool isFirst = _seen.TryAdd((string)metadata["try"]!, true);
        return isFirst || fault == CreateFault.StormOfTooMany ? fault : fault == CreateFault.TooMany ? CreateFault.None : fault;
    }

    private async Task PassAsync(HttpListenerContext context, byte[] body, CreateFault fault, bool isCreate)
    {
        switch (fault)
        {
            case CreateFault.TooMany:
                context.Response.Headers["Retry-After"] = "0";
                Refuse(context, 429);
                return;
            case CreateFault.StormOfTooMany:
                Refuse(context, 429);
                return;
            case CreateFault.BadGatewayBefore:
                Refuse(context, 502);
                return;
            case CreateFault.UnavailableBefore:
                Refuse(context, 503);
                return;
            case CreateFault.ResetBefore:
                context.Response.Abort();
                return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), new Uri(_target, context.Request.RawUrl));
        request.Headers.Add("X-API-KEY", context.Request.Headers["X-API-KEY"]);
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
                context.Response.Abort();
                return;
            case CreateFault.CutInTheAnswer:
                context.Response.ContentLength64 = content.Length;
                await context.Response.OutputStream.WriteAsync(content.AsMemory(0, content.Length / 2), _stop.Token);
                await context.Response.OutputStream.FlushAsync(_stop.Token);
                context.Response.Abort();
                return;
            case CreateFault.BadGatewayAfter:
                Refuse(context, 502);
                return;
            case CreateFault.UnavailableAfter:
                Refuse(context, 503);
                return;
            case CreateFault.ServerErrorAfter:
                Refuse(context, 500);
                return;
            case CreateFault.GatewayTimeoutAfter:
                Refuse(context, 504);
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
            context.Response.ContentLength64 = content.Length;
            await context.Response.OutputStream.WriteAsync(content, _stop.Token);
        }

        context.Response.Close();
    }

    private static void Refuse(HttpListenerContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Close();
    }
}
