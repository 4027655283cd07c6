using System.Net;
using E2B.LocalServer.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class DispatcherTests
{
    [Fact]
    public void There_is_no_route_that_is_yet_to_be_offered() =>
        Assert.DoesNotContain(Routes.All, route => route.Handle is null && route.Never is null);

    public static TheoryData<string, string, string> Never =>
        [.. Routes.All.Where(route => route.Never is not null).Select(route => (route.Method, route.Path, route.Never!))];

    [Theory]
    [MemberData(nameof(Never))]
    public async Task A_route_that_has_no_meaning_here_is_501_and_says_why(string method, string path, string reason)
    {
        await using TestServer server = await TestServer.StartAsync();
        string filled = System.Text.RegularExpressions.Regex.Replace(path, "{[^}]+}", "x1");

        Answer answer = await server.ApiAsync(method, filled, method == "GET" ? null : "{}");

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Equal($"the local server does not offer {method} {path} ({reason})", answer.Message);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/sandboxes/", 404)]
    [InlineData("GET", "/sandboxes/a/b/c", 404)]
    [InlineData("PUT", "/sandboxes", 405)]
    [InlineData("POST", "/health", 405)]
    public async Task What_is_no_route_says_so(string method, string path, int status)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync(method, path);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(status, (int)answer.Json!["code"]!);
    }

    [Fact]
    public async Task Health_needs_no_key()
    {
        await using TestServer server = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", "/health")).Status);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("X-API-KEY", "")]
    [InlineData("X-API-KEY", "e2b_00")]
    [InlineData("X-API-KEY", TestServer.Key + "0")]
    [InlineData("Authorization", "Bearer " + TestServer.Key)]
    public async Task Without_the_key_everything_is_401(string? name, string? value)
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (Route route in Routes.All.Where(route => !route.IsOpen))
        {
            Answer answer = await server.SendAsync(
                route.Method,
                System.Text.RegularExpressions.Regex.Replace(route.Path, "{[^}]+}", "x1"),
                null,
                name is null ? [] : [(name, value!)]);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            Assert.Equal(401, (int)answer.Json!["code"]!);
            Assert.Contains("API key", answer.Message, StringComparison.Ordinal);
        }

        Assert.Empty(server.Host.All);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1:3000", true)]
    [InlineData("localhost:3000", true)]
    [InlineData("LOCALHOST.", true)]
    [InlineData("[::1]:3000", true)]
    [InlineData("api.localhost:3000", true)]
    [InlineData("evil.example", false)]
    [InlineData("evil.example:3000", false)]
    [InlineData("localhost.evil.example", false)]
    [InlineData("notlocalhost", false)]
    [InlineData("127.0.0.1.nip.io", false)]
    [InlineData("10.0.0.1", false)]
    public async Task Only_names_nobody_else_can_own_are_answered(string host, bool ours)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.SendAsync("GET", "/health", null, ("Host", host));

        Assert.Equal(ours ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.Status);
        if (!ours)
        {
            Assert.Contains(host, answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_edge_is_as_careful_with_host_names()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await server.EdgeAsync(id, "GET", "/health", ("Host", "evil.example"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("GET", "/health", null, ("Host", $"49983-{id}.evil.example"))).Status);
    }
}
