using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>The checks of the way to E2B, each against something that is wrong in just this way.</summary>
public class DiagnosisTests
{
    private const string Running = """[{"templateID":"base","sandboxID":"sbx1","clientID":"","envdVersion":"VERSION","state":"running","startedAt":"2026-01-01T00:00:00Z","endAt":"2036-01-01T00:00:00Z"}]""";

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_is_well()
    {
        await using FakeServer server = Server();
        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(server.Url);

        Assert.DoesNotContain(checks.Values, c => c.Status is CheckStatus.Failed or CheckStatus.Warning);
        Assert.Equal(
            ["Settings", "Proxy", "NameResolution", "Connection", "Certificate", "Api", "Clock", "ApiKey", "AccessToken", "SandboxEdge", "Version"],
            checks.Keys);
        Assert.Equal(CheckStatus.Passed, checks["SandboxEdge"].Status);
        Assert.Contains("sbx1", checks["SandboxEdge"].Detail, StringComparison.Ordinal);
        Assert.Contains("0.6.13", checks["Version"].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(checks.Values, c => c.ToString().Contains(Client.ApiKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_is_not_resolved_fails_and_what_follows_is_skipped()
    {
        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(new Uri("http://nowhere.invalid"));

        Assert.Equal(CheckStatus.Failed, checks["NameResolution"].Status);
        Assert.Equal(CheckStatus.Skipped, checks["Api"].Status);
        Assert.Equal(CheckStatus.Failed, checks["SandboxEdge"].Status);
    }

    [Fact]
    public async Task Nobody_listens()
    {
        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(UnusedUrl());

        Assert.Equal(CheckStatus.Failed, checks["Connection"].Status);
        Assert.Contains("Nothing listens", checks["Connection"].Advice, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Skipped, checks["ApiKey"].Status);
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_what_fails()
    {
        await using FakeServer server = Server();
        Uri proxy = new UriBuilder(UnusedUrl()) { UserName = "me", Password = "proxy-password" }.Uri;

        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(server.Url, o => o with { ProxyUri = proxy });

        Assert.Equal(CheckStatus.Failed, checks["Connection"].Status);
        Assert.Contains(proxy.Authority, checks["Proxy"].Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(checks.Values, c => c.ToString().Contains("proxy-password", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("localhost", 300, -30, "trust")]
    [InlineData("other.example", 300, -30, "not for localhost")]
    [InlineData("localhost", -1, -30, "valid from")]
    public async Task What_is_wrong_with_a_certificate_is_explained(string name, int untilDays, int fromDays, string expected)
    {
        await using var server = new TlsServer(name, DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(untilDays));

        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(server.Url);

        ConnectionCheck check = checks["Certificate"];
        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains(expected, check.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(check.Advice);
        Assert.Equal(CheckStatus.Skipped, checks["ApiKey"].Status);
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_no_secure_connection()
    {
        await using FakeServer server = Server();

        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(new UriBuilder(server.Url) { Scheme = "https" }.Uri);

        Assert.Equal(CheckStatus.Failed, checks["Certificate"].Status);
    }

    [Fact]
    public async Task A_key_that_is_refused_fails()
    {
        await using FakeServer server = Server(listStatus: 401);

        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(server.Url);

        Assert.Equal(CheckStatus.Failed, checks["ApiKey"].Status);
        Assert.Equal(CheckStatus.Passed, checks["SandboxEdge"].Status);
    }

    [Theory]
    [InlineData(0, CheckStatus.Passed)]
    [InlineData(30, CheckStatus.Passed)]
    [InlineData(-300, CheckStatus.Warning)]
    [InlineData(300, CheckStatus.Warning)]
    public async Task The_clock_is_compared(int serverAheadSeconds, CheckStatus expected)
    {
        await using FakeServer server = Server(serverAhead: TimeSpan.FromSeconds(serverAheadSeconds));

        ConnectionCheck check = (await DiagnoseAsync(server.Url))["Clock"];

        Assert.Equal(expected, check.Status);
        if (expected == CheckStatus.Warning)
        {
            Assert.Contains(serverAheadSeconds > 0 ? "behind" : "ahead of", check.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0.5.0", CheckStatus.Warning)]
    [InlineData("0.0.9", CheckStatus.Failed)]
    public async Task An_old_daemon_is_noticed(string version, CheckStatus expected)
    {
        await using FakeServer server = Server(version: version);

        Assert.Equal(expected, (await DiagnoseAsync(server.Url))["Version"].Status);
    }

    [Theory]
    [InlineData(301, CheckStatus.Failed)]
    [InlineData(404, CheckStatus.Warning)]
    [InlineData(503, CheckStatus.Failed)]
    public async Task An_api_that_is_none_or_not_well(int status, CheckStatus expected)
    {
        await using FakeServer server = Server(healthStatus: status);

        Assert.Equal(expected, (await DiagnoseAsync(server.Url))["Api"].Status);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_that_is_silent_fails_in_time()
    {
        await using var server = new FakeServer(async (_, exchange) => await Task.Delay(Timeout.Infinite, exchange.Stop));

        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(server.Url, limit: TimeSpan.FromMilliseconds(300));

        Assert.Equal(CheckStatus.Failed, checks["Certificate"].Status);
        Assert.Contains("0.3 s", checks["Certificate"].Detail, StringComparison.Ordinal);
        Assert.Equal(CheckStatus.Failed, checks["SandboxEdge"].Status);
    }

    [Fact]
    public async Task Without_a_key_the_settings_fail()
    {
        await using FakeServer server = Server();

        ConnectionCheck check = (await DiagnoseAsync(server.Url, o => o with { ApiKey = null }))["Settings"];

        Assert.Equal(CheckStatus.Failed, check.Status);
        Assert.Contains("run e2b auth login", check.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_debug_mode_only_the_daemon_is_asked()
    {
        await using FakeServer server = Server();

        Dictionary<string, ConnectionCheck> checks = await DiagnoseAsync(server.Url, o => o with { Debug = true, ApiKey = null });

        Assert.Equal(CheckStatus.Skipped, checks["ApiKey"].Status);
        Assert.Equal(CheckStatus.Passed, checks["SandboxEdge"].Status);
        Assert.Equal(CheckStatus.Passed, checks["Settings"].Status);
    }

    private static async Task<Dictionary<string, ConnectionCheck>> DiagnoseAsync(
        Uri url, Func<E2BConnectionOptions, E2BConnectionOptions>? change = null, TimeSpan? limit = null)
    {
        E2BConnectionOptions options = Client.Options with { ApiUrl = url, SandboxUrl = url };
        using var client = new E2BClient(change?.Invoke(options) ?? options);
        var checks = new Dictionary<string, ConnectionCheck>();
        await foreach (ConnectionCheck check in client.DiagnoseAsync(limit ?? _limit, Token))
        {
            checks.Add(check.Name, check);
        }

        return checks;
    }

    private static FakeServer Server(
        TimeSpan serverAhead = default, int healthStatus = 200, int listStatus = 200, string version = "0.6.13") => new(async (line, exchange) =>
    {
        string date = (DateTimeOffset.UtcNow + serverAhead).ToString("R", CultureInfo.InvariantCulture);
        bool isList = line.StartsWith("GET /v2/sandboxes?state=running&limit=1 ", StringComparison.Ordinal);
        int status = isList ? listStatus : line.StartsWith("GET /health ", StringComparison.Ordinal) ? healthStatus : 404;
        string body = isList ? status == 200 ? Running.Replace("VERSION", version, StringComparison.Ordinal) : """{"code":401,"message":"no"}""" : string.Empty;
        await exchange.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} X\r\nDate: {date}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    });

    private static Uri UnusedUrl()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
    }
}
