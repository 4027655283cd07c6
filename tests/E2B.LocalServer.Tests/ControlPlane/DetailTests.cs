using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>
/// Statuses and words of the cloud, taken from its published sources (e2b-dev/infra, packages/api) and not from what
/// this server says.
/// </summary>
public sealed class DetailTests
{
    [Theory]
    [InlineData("DELETE", "/sandboxes/UPPER_x", null, 400, "Invalid sandbox ID")]
    [InlineData("GET", "/sandboxes/{id}-a-b", null, 400, "Invalid sandbox ID")]
    [InlineData("GET", "/sandboxes/inobody", null, 404, "inobody")]
    [InlineData("POST", "/sandboxes/inobody/pause", null, 404, "inobody")]
    [InlineData("POST", "/sandboxes/inobody/timeout", """{"timeout":5}""", 404, "inobody")]
    [InlineData("POST", "/sandboxes/{id}/timeout", """{"timeout":-1}""", 400, null)]
    [InlineData("POST", "/sandboxes/{id}/resume", """{"timeout":20}""", 409, "Sandbox {id} is already running")]
    [InlineData("POST", "/sandboxes/{id}/connect", """{"timeout":90000}""", 400, "Timeout cannot be greater than 24 hours")]
    [InlineData("POST", "/sandboxes", """{"templateID":"base","timeout":0}""", 400, "Timeout must be greater than 0")]
    [InlineData("POST", "/sandboxes/{id}/refreshes", """{"duration":3601}""", 400, null)]
    [InlineData("GET", "/v2/sandboxes?nextToken=xx", null, 400, "Invalid next token")]
    [InlineData("GET", "/snapshots?nextToken=xx", null, 400, "Invalid next token")]
    [InlineData("GET", "/v2/sandboxes?order=up", null, 400, "Invalid order parameter: unknown order \"up\"")]
    [InlineData("GET", "/v2/sandboxes/{id}/logs?limit=1001", null, 400, null)]
    [InlineData("GET", "/sandboxes/{id}/metrics?start=20&end=10", null, 400, "Invalid time range for metrics")]
    [InlineData("GET", "/volumes/xyz", null, 400, "Invalid volume ID")]
    [InlineData("GET", "/volumes/6d3f5f5c-8d70-4e1f-9d7e-0b0a0d6e5a11", null, 404, "Volume not found")]
    [InlineData("POST", "/volumes", """{"name":"bad name!"}""", 400, "Invalid volume name")]
    [InlineData("POST", "/sandboxes", """{"templateID":"base","volumeMounts":[{"name":"none","path":"/mnt"}]}""", 400, "invalid mounts:\n\t- volume mount #0: volume 'none' not found")]
    [InlineData("POST", "/sandboxes/{id}/fork", """{"count":0}""", 400, "Count must be at least 1")]
    [InlineData("POST", "/sandboxes/{id}/fork", """{"count":101}""", 400, "Count cannot be greater than 100")]
    [InlineData("DELETE", "/api-keys/6d3f5f5c-8d70-4e1f-9d7e-0b0a0d6e5a11", null, 404, "id not found")]
    [InlineData("PUT", "/sandboxes/{id}/network", """{"denyOut":["nonsense"]}""", 400, "invalid denied CIDR nonsense")]
    [InlineData("PUT", "/sandboxes/{id}/network", """{"allowOut":["example.com"]}""", 400, "When specifying allowed domains in allow out, you must include 'ALL_TRAFFIC' in deny out to block all other traffic.")]
    [InlineData("POST", "/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""", 400, "You cannot create a sandbox without public access unless you enable secure envd access via 'secure' flag.")]
    public async Task An_error_is_the_clouds(string method, string path, string? body, int status, string? message)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.ApiAsync(method, path.Replace("{id}", id, StringComparison.Ordinal), body);

        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(status, (int)answer.Json!["code"]!);
        Assert.Equal(2, answer.Json.AsObject().Count);
        if (message is not null)
        {
            Assert.Equal(status == 404 && message == "inobody" ? NoAccess(message) : message.Replace("{id}", id, StringComparison.Ordinal), answer.Message);
        }
    }

    [Fact]
    public async Task A_paused_sandbox_is_not_forked_and_not_found_for_what_needs_a_running_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await server.ApiAsync("POST", $"/sandboxes/{id}/pause");

        Answer fork = await server.ApiAsync("POST", $"/sandboxes/{id}/fork", """{"count":1}""");
        Assert.Equal((HttpStatusCode.Conflict, $"Sandbox '{id}' is paused and cannot be forked; resume it first"), (fork.Status, fork.Message));
        foreach ((string path, string body) in new[] { ("snapshots", "{}"), ("timeout", """{"timeout":5}""") })
        {
            Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/{path}", body);
            Assert.Equal((HttpStatusCode.NotFound, NoAccess(id)), (answer.Status, answer.Message));
        }
    }

    [Fact]
    public async Task More_than_a_hundred_are_too_many_to_measure()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("GET", "/sandboxes/metrics?sandbox_ids=" + string.Join(',', Enumerable.Range(0, 101).Select(one => "i" + one)));

        Assert.Equal((HttpStatusCode.BadRequest, "Too many sandboxes requested, maximum is 100"), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task An_id_may_have_its_clients_behind_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.ApiAsync("GET", $"/sandboxes/{id}-6532622b");

        Assert.Equal((HttpStatusCode.OK, id), (answer.Status, (string)answer.Json!["sandboxID"]!));
    }

    [Theory]
    [InlineData("", "1")]
    [InlineData("?state=running", "1")]
    [InlineData("?state=paused", null)]
    [InlineData("?template=nothing-like-it", "0")]
    public async Task The_number_of_running_ones_is_told_where_they_are_asked_for(string query, string? total)
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.CreateAsync();

        Answer answer = await server.ApiAsync("GET", "/v2/sandboxes" + query);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(total, answer.Response.Headers.TryGetValues("X-Total-Running", out IEnumerable<string>? values) ? Assert.Single(values) : null);
    }

    [Fact]
    public async Task Times_end_in_Z_wherever_they_are_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");
        await server.ApiAsync("POST", "/api-keys", """{"name":"one"}""");

        int seen = 0;
        foreach (string path in new[] { $"/sandboxes/{id}", "/sandboxes", "/v2/sandboxes", $"/sandboxes/{id}/logs", $"/v2/sandboxes/{id}/logs", $"/sandboxes/{id}/metrics", "/templates", "/api-keys", "/nodes" })
        {
            Answer answer = await server.ApiAsync("GET", path);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.DoesNotMatch(@"\d\d:\d\d:\d\d[.\d]*(\+|\\u002B)", answer.Text);
            seen += System.Text.RegularExpressions.Regex.Count(answer.Text, @"\d\d:\d\d:\d\d[.\d]*Z");
        }

        Assert.True(seen >= 9, $"{seen} times");
        JsonNode detail = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("2026-01-01T00:00:00Z", (string)detail["startedAt"]!);
        Assert.Equal("2026-01-01T00:05:00Z", (string)detail["endAt"]!);
    }

    [Fact]
    public async Task A_lifetime_of_nothing_is_over()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("POST", $"/sandboxes/{id}/timeout", """{"timeout":0}""")).Status);
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("GET", $"/sandboxes/{id}")).Status);
    }

    private static string NoAccess(string id) => $"Sandbox \"{id}\" doesn't exist or you don't have access to it";
}
