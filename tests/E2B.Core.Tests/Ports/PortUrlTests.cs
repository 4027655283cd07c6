using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Ports;

public class PortUrlTests
{
    private const string Listener = "/local/sandboxes/sbx1/ports/8000";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The hosts are what getHost of the official JavaScript client returns in these modes; tests/Conformance compares them live.
    [Theory]
    [InlineData(null, null, "https://8000-sbx1.e2b.app/")]
    [InlineData("other.example", null, "https://8000-sbx1.other.example/")]
    [InlineData("other.example", "cluster.example:8443", "https://8000-sbx1.cluster.example:8443/")]
    [InlineData(null, "localhost:3000", "http://8000-sbx1.localhost:3000/")]
    public async Task In_the_cloud_the_url_has_the_sandboxes_name_and_nobody_is_asked(string? domain, string? sandboxDomain, string expected)
    {
        FakeHandler handler = FakeHandler.Silent();
        E2BClient client = Client.With(handler, o => o with { Domain = domain });

        Uri url = await client.Sandboxes.Attach("sbx1", new SandboxAccess { Domain = sandboxDomain }).GetUrlAsync(8000, Token);

        Assert.Equal(expected, url.AbsoluteUri);
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task In_debug_mode_it_is_a_port_of_this_machine()
    {
        FakeHandler handler = FakeHandler.Silent();
        Sandbox sandbox = Client.With(handler, static o => o with { Debug = true }).Sandboxes.Attach("sbx1");

        Assert.Equal("http://localhost:8000/", (await sandbox.GetUrlAsync(8000, Token)).AbsoluteUri);
        Assert.Empty(handler.Requests);
    }

    [Theory]
    [InlineData("http://127.0.0.1:3000")]
    [InlineData("http://localhost:3000")]
    [InlineData("http://[::1]:3000/below/")]
    public async Task A_local_server_is_asked_for_a_listener(string apiUrl)
    {
        FakeHandler handler = Routes.Of((Listener, Routes.Json("""{"url":"http://127.0.0.1:4321"}""")));

        Uri url = await At(apiUrl, handler, "localhost:3000").GetUrlAsync(8000, Token);

        Assert.Equal("http://127.0.0.1:4321/", url.AbsoluteUri);
        Assert.Equal(HttpMethod.Post, handler.Only.Method);
        Assert.Equal(Client.ApiKey, handler.Only.Headers["X-API-KEY"]);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_control_plane_here_that_has_no_listeners_is_no_local_server(int status)
    {
        FakeHandler handler = Routes.Of((Listener, _ => Answers.Error(status)), ("/sandboxes/sbx1", Routes.Json(Detail("running"))));

        Assert.Equal("https://8000-sbx1.cluster.example/", (await At("http://127.0.0.1:3000", handler, "cluster.example").GetUrlAsync(8000, Token)).AbsoluteUri);
    }

    [Fact]
    public async Task A_sandbox_that_is_gone_has_no_url()
    {
        FakeHandler handler = new(_ => Answers.Error(404));

        await Assert.ThrowsAsync<SandboxNotFoundException>(() => At("http://127.0.0.1:3000", handler, "localhost:3000").GetUrlAsync(8000, Token));
    }

    [Fact]
    public async Task A_failure_of_the_local_server_is_not_taken_for_another_server()
    {
        FakeHandler handler = Routes.Of((Listener, _ => Answers.Error(500)));

        await Assert.ThrowsAsync<E2BException>(() => At("http://127.0.0.1:3000", handler, "localhost:3000").GetUrlAsync(8000, Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task What_is_no_port_is_refused(int port)
    {
        Sandbox sandbox = Client.Sandbox(FakeHandler.Silent());

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.GetUrlAsync(port, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.Ports.IsOpenAsync(port, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.Ports.WaitAsync(port, cancellationToken: Token));
        Assert.Throws<E2BInvalidArgumentException>(() => sandbox.Ports.OpenTunnel(port));
    }

    [Fact]
    public async Task The_token_that_create_told_is_known()
    {
        FakeHandler handler = FakeHandler.Silent();
        Sandbox sandbox = Client.With(handler).Sandboxes.Attach("sbx1", new SandboxAccess { TrafficAccessToken = "traffic-1" });

        Assert.Equal("traffic-1", await sandbox.Ports.GetTrafficAccessTokenAsync(Token));
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task Otherwise_the_token_is_asked_for_without_extending_the_lifetime()
    {
        FakeHandler handler = Routes.Of(
            ("/connect", Routes.Json("""{"templateID":"t","sandboxID":"sbx1","envdVersion":"0.6.13","trafficAccessToken":"traffic-2"}""")),
            ("/sandboxes/sbx1", Routes.Json(Detail("running"))));

        Assert.Equal("traffic-2", await Client.With(handler).Sandboxes.Attach("sbx1").Ports.GetTrafficAccessTokenAsync(Token));
        SentRequest connect = Assert.Single(handler.Requests, static request => request.Method == HttpMethod.Post);
        Assert.Equal("""{"timeout":1}""", Encoding.UTF8.GetString(connect.Body));
    }

    [Fact]
    public async Task A_paused_sandbox_is_not_resumed_for_its_token()
    {
        FakeHandler handler = Routes.Of(("/sandboxes/sbx1", Routes.Json(Detail("paused"))));

        E2BTimeoutException error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => Client.With(handler).Sandboxes.Attach("sbx1").Ports.GetTrafficAccessTokenAsync(Token));

        Assert.Equal(E2BTimeoutKind.SandboxPaused, error.Kind);
        Assert.DoesNotContain(handler.Requests, static request => request.Method == HttpMethod.Post);
    }

    internal static string Detail(string state) =>
        $$"""{"templateID":"t","sandboxID":"sbx1","startedAt":"2026-01-01T00:00:00Z","endAt":"2026-01-01T00:05:00Z","cpuCount":2,"memoryMB":512,"diskSizeMB":1024,"state":"{{state}}","envdVersion":"0.6.13"}""";

    private static Sandbox At(string apiUrl, FakeHandler handler, string domain) =>
        Client.With(handler, o => o with { ApiUrl = new Uri(apiUrl) }).Sandboxes.Attach("sbx1", new SandboxAccess { Domain = domain });
}
