using System.Net;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class LifetimeTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_sandbox_ends_at_its_time_and_not_before()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        server.Clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, id));

        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, id));
        await server.Host.Only.Disposed.WaitAsync(_soon, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Nobody_says_how_long_means_15_seconds()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = (string)(await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base"}""")).Json!["sandboxID"]!;

        Assert.Equal(15, await SecondsLeftAsync(server, id));
    }

    [Fact]
    public async Task Each_ends_at_its_own_time()
    {
        await using TestServer server = await TestServer.StartAsync();
        string late = await server.CreateAsync();
        string early = (string)(await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","timeout":10}""")).Json!["sandboxID"]!;

        server.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, early));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, late));
        server.Clock.Advance(TimeSpan.FromSeconds(290));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, late));
    }

    [Theory]
    [InlineData(600, 600)]
    [InlineData(10, 10)] // shorter too
    [InlineData(90000, 86390)] // never beyond a day from the start, which was 10 s ago
    public async Task Timeout_counts_from_now(int seconds, int left)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(10));

        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/timeout", $$"""{"timeout":{{seconds}}}""");

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal(left, await SecondsLeftAsync(server, id));
        server.Clock.Advance(TimeSpan.FromSeconds(left));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, id));
    }

    [Fact]
    public async Task Timeout_0_ends_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("POST", $"/sandboxes/{id}/timeout", """{"timeout":0}""")).Status);
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, id));
    }

    [Theory]
    [InlineData("/sandboxes", """{"timeout":10}""", 290)]
    [InlineData("/sandboxes", """{"timeout":600}""", 600)]
    [InlineData("/v2/sandboxes", """{"timeout":10}""", 290)]
    [InlineData("/v2/sandboxes", """{"timeout":600,"memory":false}""", 600)]
    [InlineData("/v2/sandboxes", "{}", 300)]
    [InlineData("/v2/sandboxes", "", 300)]
    [InlineData("/v2/sandboxes", null, 300)]
    public async Task Connect_only_extends(string path, string? body, int left)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(10));

        Answer answer = await server.ApiAsync("POST", $"{path}/{id}/connect", body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(id, (string)answer.Json!["sandboxID"]!);
        Assert.Equal((string)server.Host.Only.Init!["accessToken"]!, (string)answer.Json["envdAccessToken"]!);
        Assert.Equal(left, await SecondsLeftAsync(server, id));
    }

    [Theory]
    [InlineData("""{"duration":3600}""", 3600)]
    [InlineData("""{"duration":1}""", 15)]
    [InlineData("{}", 15)]
    public async Task Refreshes_extend(string body, int left)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = (string)(await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","timeout":11}""")).Json!["sandboxID"]!;
        server.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("POST", $"/sandboxes/{id}/refreshes", body)).Status);
        Assert.Equal(left, await SecondsLeftAsync(server, id));
    }

    [Theory]
    [InlineData("../v2/sandboxes/{0}/connect", """{"timeout":-1}""")]
    [InlineData("../v2/sandboxes/{0}/connect", """{"timeout":86401}""")]
    [InlineData("../v2/sandboxes/{0}/connect", "nonsense")]
    [InlineData("timeout", "{}")]
    [InlineData("timeout", """{"timeout":-1}""")]
    [InlineData("timeout", """{"timeout":"1"}""")]
    [InlineData("timeout", "nonsense")]
    [InlineData("timeout", "")]
    [InlineData("connect", "{}")]
    [InlineData("connect", """{"timeout":-5}""")]
    [InlineData("connect", """{"timeout":86401}""")]
    [InlineData("refreshes", """{"duration":3601}""")]
    [InlineData("refreshes", """{"duration":-1}""")]
    public async Task A_bad_time_is_400(string route, string body)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        string path = route.StartsWith("..", StringComparison.Ordinal) ? route[2..].Replace("{0}", id, StringComparison.Ordinal) : $"/sandboxes/{id}/{route}";
        Answer answer = await server.ApiAsync("POST", path, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(300, await SecondsLeftAsync(server, id));
    }

    [Theory]
    [InlineData("timeout")]
    [InlineData("connect")]
    [InlineData("refreshes")]
    public async Task An_unknown_sandbox_is_404(string route)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", $"/sandboxes/inobody/{route}", """{"timeout":5}""");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains("inobody", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sandbox_that_stops_by_itself_is_gone()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        server.Host.Only.Exit();
        await server.Host.Only.Disposed.WaitAsync(_soon, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server, id));
    }

    private static async Task<HttpStatusCode> StatusAsync(TestServer server, string id) =>
        (await server.ApiAsync("GET", $"/sandboxes/{id}")).Status;

    private static async Task<double> SecondsLeftAsync(TestServer server, string id) =>
        ((DateTimeOffset)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["endAt"]! - server.Clock.GetUtcNow()).TotalSeconds;
}
