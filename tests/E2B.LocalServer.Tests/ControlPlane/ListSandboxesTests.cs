using System.Net;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class ListSandboxesTests
{
    [Theory]
    [InlineData("/sandboxes")]
    [InlineData("/v2/sandboxes")]
    public async Task None_is_an_empty_list(string path)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("GET", path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("[]", answer.Text);
        Assert.False(answer.Response.Headers.Contains("X-Next-Token"));
    }

    [Fact]
    public async Task An_entry_is_complete_and_keeps_the_token_to_itself()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","metadata":{"app":"ci"}""");

        System.Text.Json.Nodes.JsonNode entry = Assert.Single((await server.ApiAsync("GET", "/v2/sandboxes")).Json!.AsArray())!;

        Assert.Equal(id, (string)entry["sandboxID"]!);
        Assert.Equal("base", (string)entry["templateID"]!);
        Assert.Equal("base", (string)entry["alias"]!);
        Assert.NotNull(entry["clientID"]);
        Assert.Equal("running", (string)entry["state"]!);
        Assert.Equal(2, (int)entry["cpuCount"]!);
        Assert.Equal(512, (int)entry["memoryMB"]!);
        Assert.True((int)entry["diskSizeMB"]! > 0);
        Assert.Equal("0.6.13", (string)entry["envdVersion"]!);
        Assert.Equal("ci", (string)entry["metadata"]!["app"]!);
        Assert.Equal(server.Clock.GetUtcNow(), (DateTimeOffset)entry["startedAt"]!);
        Assert.Equal(server.Clock.GetUtcNow().AddSeconds(300), (DateTimeOffset)entry["endAt"]!);
        Assert.Null(entry["envdAccessToken"]);
    }

    [Theory]
    [InlineData("/sandboxes")]
    [InlineData("/v2/sandboxes")]
    public async Task The_newest_comes_first(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] ids = await CreateAsync(server, 3);

        Assert.Equal(ids.Reverse(), await IdsAsync(server, path));
    }

    [Fact]
    public async Task Order_asc_turns_it_round()
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] ids = await CreateAsync(server, 3);

        Assert.Equal(ids, await IdsAsync(server, "/v2/sandboxes?order=asc"));
        Assert.Equal(ids.Reverse(), await IdsAsync(server, "/v2/sandboxes?order=desc"));
    }

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task Pages_show_each_once_whatever_comes_and_goes(string order)
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] ids = await CreateAsync(server, 5, together: 3); // some with the same start
        List<string> seen = [];
        string? token = null;
        do
        {
            Answer page = await server.ApiAsync("GET", $"/v2/sandboxes?limit=2&order={order}" + (token is null ? "" : $"&nextToken={Uri.EscapeDataString(token)}"));
            Assert.Equal(HttpStatusCode.OK, page.Status);
            string[] some = Ids(page);
            Assert.True(some.Length <= 2);
            seen.AddRange(some);
            token = page.Response.Headers.TryGetValues("X-Next-Token", out IEnumerable<string>? values) ? values.Single() : null;
            if (seen.Count == 2)
            {
                Assert.Equal("5", page.Response.Headers.GetValues("X-Total-Running").Single());
                await server.ApiAsync("DELETE", $"/sandboxes/{seen[1]}"); // the very place where the page ended
            }
        }
        while (token is not null);

        Assert.Equal(ids.Order(), seen.Order());
    }

    [Fact]
    public async Task A_page_that_is_just_full_is_the_last()
    {
        await using TestServer server = await TestServer.StartAsync();
        await CreateAsync(server, 2);

        Assert.False((await server.ApiAsync("GET", "/v2/sandboxes?limit=2")).Response.Headers.Contains("X-Next-Token"));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=many")]
    [InlineData("order=up")]
    [InlineData("state=dead")]
    [InlineData("state=")]
    [InlineData("nextToken=%21%21")]
    [InlineData("nextToken=YWJj")]
    [InlineData("startedAfter=yesterday")]
    [InlineData("template=base:default")]
    [InlineData("template=a%20b")]
    [InlineData("metadata=novalue")]
    [InlineData("metadata=a%3Db%3Dc")]
    [InlineData("metadata=a%3D%2525zz")]
    public async Task A_bad_question_is_400(string query)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("GET", "/v2/sandboxes?" + query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.NotEmpty(answer.Message);
    }

    [Fact]
    public async Task A_token_is_for_its_order_only()
    {
        await using TestServer server = await TestServer.StartAsync();
        await CreateAsync(server, 2);
        string token = (await server.ApiAsync("GET", "/v2/sandboxes?limit=1")).Response.Headers.GetValues("X-Next-Token").Single();

        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("GET", $"/v2/sandboxes?order=asc&nextToken={token}")).Status);
    }

    [Theory]
    [InlineData("/sandboxes", """{"app":"ci"}""", "app=ci", true)]
    [InlineData("/v2/sandboxes", """{"app":"ci","n":"1"}""", "app=ci", true)]
    [InlineData("/v2/sandboxes", """{"app":"ci"}""", "app=ci&n=1", false)]
    [InlineData("/v2/sandboxes", """{"app":"ci"}""", "app=CI", false)]
    [InlineData("/v2/sandboxes", """{"a b&c=d":"ü 100%+1"}""", "a b&c=d=ü 100%+1", true)]
    public async Task Metadata_is_asked_for_as_official_clients_do(string path, string metadata, string wanted, bool found)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync($",\"metadata\":{metadata}");
        await server.CreateAsync();

        // Each key and value escaped, the whole as a form, and that as a query's value.
        string[] pairs = wanted.StartsWith("a b", StringComparison.Ordinal) ? [wanted] : wanted.Split('&');
        string form = string.Join('&', pairs.Select(pair =>
        {
            int split = pair.LastIndexOf('=');
            return Uri.EscapeDataString(Uri.EscapeDataString(pair[..split])) + "=" + Uri.EscapeDataString(Uri.EscapeDataString(pair[(split + 1)..]));
        }));

        Assert.Equal(found ? [id] : [], await IdsAsync(server, $"{path}?metadata={Uri.EscapeDataString(form)}"));
    }

    [Theory]
    [InlineData("state=running", true)]
    [InlineData("state=running,paused", true)]
    [InlineData("state=running&state=paused", true)]
    [InlineData("state=paused", false)]
    [InlineData("template=base", true)]
    [InlineData("template=other", false)]
    [InlineData("startedAfter=2026-01-01T00:00:00Z", true)]
    [InlineData("startedAfter=2026-01-01T00:00:00.000001Z", false)]
    public async Task Filters_let_through_what_they_say(string query, bool found)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.ApiAsync("GET", "/v2/sandboxes?" + query);

        Assert.Equal(found ? [id] : [], Ids(answer));
        Assert.Equal(query != "state=paused", answer.Response.Headers.Contains("X-Total-Running"));
    }

    private static async Task<string[]> CreateAsync(TestServer server, int count, int together = 1)
    {
        string[] ids = new string[count];
        for (int i = 0; i < count; i++)
        {
            ids[i] = await server.CreateAsync();
            if (i + 1 >= together)
            {
                server.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        return ids;
    }

    private static async Task<string[]> IdsAsync(TestServer server, string path) => Ids(await server.ApiAsync("GET", path));

    private static string[] Ids(Answer answer) => [.. answer.Json!.AsArray().Select(one => (string)one!["sandboxID"]!)];
}
