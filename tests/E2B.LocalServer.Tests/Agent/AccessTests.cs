using System.Net;
using System.Text;
using System.Text.Json;
using E2B.Protocol;
using E2B.Protocol.Rest;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>Each test has an agent of its own: an initialisation cannot be undone.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const int Limit = 30_000;
    private const string Token = "the token";
    private readonly AgentHost _host = new();

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact(Timeout = Limit)]
    public async Task UntilInitialisedTheAgentIsOpen()
    {
        Assert.Equal(HttpStatusCode.OK, await GetAsync("/metrics"));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("/files?path=/etc/passwd"));
    }

    [Fact(Timeout = Limit)]
    public async Task AfterwardsItWantsTheToken()
    {
        Assert.Equal(HttpStatusCode.NoContent, await InitAsync(new InitRequest { AccessToken = Token }));
        foreach (string path in new[] { "/metrics", "/envs", "/files?path=/etc/passwd", "/not/there" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(path));
            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(path, "wrong"));
            Assert.NotEqual(HttpStatusCode.Unauthorized, await GetAsync(path, Token));
        }

        Assert.Equal(HttpStatusCode.NoContent, await GetAsync("/health"));
        foreach (string type in new[] { "application/json", "application/connect+json" })
        {
            using HttpRequestMessage request = AgentClient.Request(AgentClient.Process + "Start", "{}"u8.ToArray(), type);
            using HttpResponseMessage response = await _host.Client.Http.SendAsync(request, AgentClient.Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            ErrorModel error = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(AgentClient.Cancellation), RestJson.Default.ErrorModel)!;
            Assert.Equal(401, error.Code);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task OnlyWhoHasTheTokenInitialisesAgain()
    {
        Assert.Equal(HttpStatusCode.NoContent, await InitAsync(new InitRequest { AccessToken = Token }));
        Assert.Equal(HttpStatusCode.Unauthorized, await InitAsync(new InitRequest()));
        Assert.Equal(HttpStatusCode.Unauthorized, await InitAsync(new InitRequest { AccessToken = "mine" }));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync("/metrics", "mine"));
        Assert.Equal(HttpStatusCode.NoContent, await InitAsync(new InitRequest { AccessToken = Token, EnvVars = new Dictionary<string, string> { ["A"] = "1" } }));
        Assert.Equal("""{"A":"1","E2B_SANDBOX":"true"}""", await TextAsync("/envs", Token));
    }

    [Fact(Timeout = Limit)]
    public async Task AnOpenSandboxCannotBeClosedFromInside()
    {
        Assert.Equal(HttpStatusCode.NoContent, await InitAsync(new InitRequest()));
        Assert.Equal(HttpStatusCode.Unauthorized, await InitAsync(new InitRequest { AccessToken = "mine" }));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("/metrics"));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatIsOlderChangesNothing()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await InitAsync(new InitRequest { Timestamp = now, EnvVars = new Dictionary<string, string> { ["A"] = "new" } });
        Assert.Equal(HttpStatusCode.NoContent, await InitAsync(new InitRequest
        {
            Timestamp = now.AddSeconds(-1),
            EnvVars = new Dictionary<string, string> { ["A"] = "old" },
        }));
        Assert.Contains("\"new\"", await TextAsync("/envs"), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task DefaultsComeFromTheInitialisation()
    {
        await InitAsync(new InitRequest
        {
            DefaultUser = "daemon",
            DefaultWorkdir = "/usr/lib",
            EnvVars = new Dictionary<string, string> { ["A"] = "1", ["B"] = "1", ["E2B_SANDBOX"] = "no" },
        });
        using ProcessRun run = await _host.Client.StartAsync("id -un; pwd; echo $A $B $E2B_SANDBOX", change: r => r.Process.Envs.Add("B", "2"));
        await run.ReadToEndAsync();
        Assert.Equal("daemon\n/usr/lib\n1 2 true\n", run.StdoutText);
    }

    [Fact(Timeout = Limit)]
    public async Task TheMetricsAreThoseOfTheMachine()
    {
        using JsonDocument metrics = JsonDocument.Parse(await TextAsync("/metrics"));
        long Number(string name) => (long)metrics.RootElement.GetProperty(name).GetDouble();
        Assert.InRange(Number("cpu_count"), 1, Environment.ProcessorCount);
        Assert.InRange(Number("cpu_used_pct"), 0, 100);
        Assert.InRange(Number("mem_used"), 1, Number("mem_total"));
        Assert.InRange(Number("mem_cache"), 0, Number("mem_total"));
        Assert.InRange(Number("disk_used"), 1, Number("disk_total"));
        Assert.Equal(Number("mem_total") / (1024 * 1024), Number("mem_total_mib"));
        Assert.InRange(Number("ts"), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
    }

    [Fact(Timeout = Limit)]
    public async Task BrokenInitialisationsAreRefused()
    {
        using var content = new StringContent("{", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _host.Client.Http.PostAsync("/init", content, AgentClient.Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task ASignatureOpensOneFileForOneUse()
    {
        await InitAsync(new InitRequest { AccessToken = Token });
        string path = _host.NewPath();
        long later = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1000;
        Assert.Equal(HttpStatusCode.OK, await PutAsync(Url(path, "write", null)));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(Url(path, "read", null)));
        Assert.Equal(HttpStatusCode.OK, await GetAsync(Url(path, "read", later)));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(Url(path, "write", null)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PutAsync(Url(path, "read", null)));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(Url(path, "read", 1)));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(Url(path, "read", later).Replace($"{later}", $"{later + 1}", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(Url(path, "read", null).Replace("username=root", "username=daemon", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(Url(path, "read", null) + "x"));

        // A token that is there and wrong is not made good by a signature.
        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(Url(path, "read", null), "wrong"));
    }

    private static string Url(string path, string operation, long? expiration)
    {
        string signature = FileSignature.Compute(path, operation, "root", Token, expiration);
        string url = $"/files?path={Uri.EscapeDataString(path)}&username=root";
        return (expiration is null ? url : $"{url}&signature_expiration={expiration}") + $"&signature={Uri.EscapeDataString(signature)}";
    }

    private async Task<HttpStatusCode> InitAsync(InitRequest init)
    {
        using var content = new StringContent(JsonSerializer.Serialize(init, RestJson.Default.InitRequest), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _host.Client.Http.PostAsync("/init", content, AgentClient.Cancellation);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> PutAsync(string url)
    {
        using var content = new ByteArrayContent([1]);
        content.Headers.ContentType = new("application/octet-stream");
        using HttpResponseMessage response = await _host.Client.Http.PostAsync(url, content, AgentClient.Cancellation);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> GetAsync(string path, string? token = null)
    {
        using HttpResponseMessage response = await SendAsync(path, token);
        return response.StatusCode;
    }

    private async Task<string> TextAsync(string path, string? token = null)
    {
        using HttpResponseMessage response = await SendAsync(path, token);
        return await response.Content.ReadAsStringAsync(AgentClient.Cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
        {
            request.Headers.Add(E2BHeaders.AccessToken, token);
        }

        return await _host.Client.Http.SendAsync(request, AgentClient.Cancellation);
    }
}
