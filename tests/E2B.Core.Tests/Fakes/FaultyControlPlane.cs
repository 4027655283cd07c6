using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using E2B.Protocol.Rest;

namespace E2B.Core.Tests.Fakes;

/// <summary>What becomes of a create on its way.</summary>
internal enum CreateFault
{
    None,
    TooManyForSeconds,
    TooManyUntilDate,
    TooManyWithoutWord,
    StormOfTooMany,
    BadGatewayBefore,
    BadGatewayAfter,
    GatewayTimeoutAfter,
    UnavailableBefore,
    UnavailableAfter,
    ServerErrorAfter,
    ResetBefore,
    ResetAfter,
    CutInTheAnswer,
    AnswersTooLate,
    ActsTooLate,
}

/// <summary>A fake: a control plane on real sockets that counts its sandboxes, and between which and its clients things go wrong.</summary>
internal sealed class FaultyControlPlane : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _sandboxes = new();
    private readonly ConcurrentDictionary<string, int> _attempts = new();
    private readonly FakeServer _server;
    private readonly Func<string, CreateFault> _faultOf;
    private readonly TimeSpan _late;
    private int _made;

    /// <param name="faultOf">The fault for the value of the label <c>try</c>.</param>
    /// <param name="late">How much time a late answer takes.</param>
    public FaultyControlPlane(Func<string, CreateFault> faultOf, TimeSpan late)
    {
        _faultOf = faultOf;
        _late = late;
        _server = new FakeServer(AnswerAsync);
    }

    public Uri Url => _server.Url;

    /// <summary>The sandboxes that live: id and the label <c>try</c>.</summary>
    public IReadOnlyDictionary<string, string> Alive => _sandboxes;

    /// <summary>How many were ever made.</summary>
    public int Made => Volatile.Read(ref _made);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private readonly ConcurrentDictionary<string, string> _marks = new();

    private async Task AnswerAsync(string line, FakeExchange exchange)
    {
        string[] words = line.Split(' ');
        string path = words[1];
        switch (words[0])
        {
            case "POST" when path == "/sandboxes":
                await CreateAsync(exchange);
                break;
            case "POST" when path.EndsWith("/connect", StringComparison.Ordinal):
                string id = path.Split('/')[2];
                await (_sandboxes.ContainsKey(id) ? JsonAsync(exchange, 200, Model(id)) : JsonAsync(exchange, 404, """{"code":404,"message":"gone"}"""));
                break;
            case "GET" when path.StartsWith("/v2/sandboxes?metadata=e2b-dotnet-request-id%3D", StringComparison.Ordinal):
                string mark = path.Split("%3D")[1].Split('&')[0];
                await JsonAsync(exchange, 200, _marks.TryGetValue(mark, out string? found) && _sandboxes.ContainsKey(found) ? $"[{Listed(found)}]" : "[]");
                break;
            case "DELETE":
                await JsonAsync(exchange, _sandboxes.TryRemove(path.Split('/')[2], out _) ? 204 : 404, string.Empty);
                break;
            default:
                await JsonAsync(exchange, 400, """{"code":400,"message":"not in this fake"}""");
                break;
        }
    }

    private async Task CreateAsync(FakeExchange exchange)
    {
        NewSandboxRequest request = JsonSerializer.Deserialize(exchange.Body, RestJson.Default.NewSandboxRequest)!;
        string name = request.Metadata!["try"];
        int attempt = _attempts.AddOrUpdate(name, 1, static (_, count) => count + 1);
        CreateFault fault = _faultOf(name);
        switch (fault)
        {
            case CreateFault.TooManyForSeconds when attempt == 1:
                await RefuseAsync(exchange, 429, "Retry-After: 0\r\n");
                return;
            case CreateFault.TooManyUntilDate when attempt == 1:
                await RefuseAsync(exchange, 429, $"Retry-After: {DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture)}\r\n");
                return;
            case CreateFault.TooManyWithoutWord when attempt == 1:
            case CreateFault.StormOfTooMany:
                await RefuseAsync(exchange, 429);
                return;
            case CreateFault.BadGatewayBefore:
                await RefuseAsync(exchange, 502);
                return;
            case CreateFault.UnavailableBefore:
                await RefuseAsync(exchange, 503, "Retry-After: 0\r\n");
                return;
            case CreateFault.ResetBefore:
                exchange.Reset();
                return;
            case CreateFault.ActsTooLate:
                await Task.Delay(_late, exchange.Stop);
                break;
        }

        string id = Make(name, request.Metadata!["e2b-dotnet-request-id"]);
        switch (fault)
        {
            case CreateFault.BadGatewayAfter:
                await RefuseAsync(exchange, 502);
                break;
            case CreateFault.GatewayTimeoutAfter:
                await RefuseAsync(exchange, 504);
                break;
            case CreateFault.UnavailableAfter:
                await RefuseAsync(exchange, 503, "Retry-After: 0\r\n");
                break;
            case CreateFault.ServerErrorAfter:
                await RefuseAsync(exchange, 500);
                break;
            case CreateFault.ResetAfter:
                exchange.Reset();
                break;
            case CreateFault.CutInTheAnswer:
                await exchange.WriteAsync("HTTP/1.1 201 X\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{\"sand"u8.ToArray());
                exchange.Close();
                break;
            case CreateFault.AnswersTooLate:
                await Task.Delay(_late, exchange.Stop);
                await JsonAsync(exchange, 201, Model(id));
                break;
            default:
                await JsonAsync(exchange, 201, Model(id));
                break;
        }
    }

    private string Make(string name, string mark)
    {
        string id = $"i{Interlocked.Increment(ref _made)}";
        _sandboxes[id] = name;
        _marks[mark] = id;
        return id;
    }

    private static string Model(string id) =>
        $$"""{"templateID":"base","sandboxID":"{{id}}","clientID":"","envdVersion":"0.6.13","envdAccessToken":"token-of-{{id}}"}""";

    private static string Listed(string id) =>
        $$"""{"templateID":"base","sandboxID":"{{id}}","clientID":"","envdVersion":"0.6.13","state":"running","startedAt":"2026-01-01T00:00:00Z","endAt":"2036-01-01T00:00:00Z","cpuCount":2,"memoryMB":512,"diskSizeMB":1024}""";

    private static Task JsonAsync(FakeExchange exchange, int status, string json) =>
        exchange.AnswerAsync(status, "application/json", Encoding.UTF8.GetBytes(json));

    private static Task RefuseAsync(FakeExchange exchange, int status, string headers = "") =>
        exchange.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\n\r\n"));
}
