using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class AccountTests
{
    private const string Team = "e2b00000-0000-4000-8000-000000000000";

    [Fact]
    public async Task There_is_one_team_with_the_key_that_asked()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("GET", "/teams");

        JsonObject team = Assert.Single(answer.Json!.AsArray())!.AsObject();
        Assert.Equal((Team, "local", TestServer.Key, true), ((string)team["teamID"]!, (string)team["name"]!, (string)team["apiKey"]!, (bool)team["isDefault"]!));
    }

    [Fact]
    public async Task Further_keys_open_the_API_until_they_are_deleted_and_are_told_once()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer made = await server.ApiAsync("POST", "/api-keys", """{"name":"for a test"}""");
        string key = (string)made.Json!["key"]!;
        string id = (string)made.Json["id"]!;

        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.Matches("^e2b_[0-9a-f]{40}$", key);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", "/sandboxes", headers: ("X-API-KEY", key))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync("GET", "/sandboxes", headers: ("X-API-KEY", key + "0"))).Status);

        Answer list = await server.ApiAsync("GET", "/api-keys");
        JsonObject listed = Assert.Single(list.Json!.AsArray())!.AsObject();
        Assert.DoesNotContain(key, list.Json.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(("for a test", "e2b_", 40, key[4..6], key[^4..]), (
            (string)listed["name"]!, (string)listed["mask"]!["prefix"]!, (int)listed["mask"]!["valueLength"]!,
            (string)listed["mask"]!["maskedValuePrefix"]!, (string)listed["mask"]!["maskedValueSuffix"]!));

        Assert.Equal(HttpStatusCode.Accepted, (await server.ApiAsync("PATCH", $"/api-keys/{id}", """{"name":"renamed"}""")).Status);
        Assert.Equal("renamed", (string)(await server.ApiAsync("GET", "/api-keys")).Json![0]!["name"]!);

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("DELETE", $"/api-keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("DELETE", $"/api-keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync("GET", "/sandboxes", headers: ("X-API-KEY", key))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("DELETE", "/api-keys/nonsense")).Status);
    }

    [Fact]
    public async Task Keys_are_kept_as_hashes()
    {
        await using TestServer server = await TestServer.StartAsync();

        string key = (string)(await server.ApiAsync("POST", $"/admin/teams/{Team}/api-keys", """{"name":"n"}""")).Json!["key"]!;

        string file = Assert.Single(Directory.GetFiles(server.SavedPath("keys")));
        Assert.DoesNotContain(key[4..], await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", $"/admin/teams/{Guid.NewGuid()}/api-keys", """{"name":"n"}""")).Status);
    }

    [Fact]
    public async Task All_running_sandboxes_are_killed_at_once_and_counted()
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.Equal("{}", (await server.ApiAsync("GET", "/admin/sandboxes/running-counts")).Json!.ToJsonString());
        for (int i = 0; i < 3; i++)
        {
            await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base"}""");
        }

        Assert.Equal($$"""{"{{Team}}":3}""", (await server.ApiAsync("GET", "/admin/sandboxes/running-counts")).Json!.ToJsonString());
        Assert.Equal("""{"killedCount":3,"failedCount":0}""", (await server.ApiAsync("POST", $"/admin/teams/{Team}/sandboxes/kill")).Json!.ToJsonString());
        Assert.Empty((await server.ApiAsync("GET", "/sandboxes")).Json!.AsArray());
    }

    [Fact]
    public async Task The_load_is_measured()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","timeout":600}""");
        server.Clock.Advance(MetricsHistory.Interval);

        JsonObject sample = Assert.Single((await server.ApiAsync("GET", $"/teams/{Team}/metrics")).Json!.AsArray())!.AsObject();
        Assert.Equal((1, 0.2), ((int)sample["concurrentSandboxes"]!, (double)sample["sandboxStartRate"]!));
        Answer most = await server.ApiAsync("GET", $"/teams/{Team}/metrics/max?metric=concurrent_sandboxes");
        Assert.Equal(1, (double)most.Json!["value"]!);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("GET", $"/teams/{Team}/metrics/max?metric=other")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("GET", $"/teams/{Team}/metrics?start=2&end=1")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.ApiAsync("GET", $"/teams/{Guid.NewGuid()}/metrics")).Status);
    }

    [Fact]
    public async Task The_machine_is_the_one_node()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base"}""");

        JsonObject node = Assert.Single((await server.ApiAsync("GET", "/nodes")).Json!.AsArray())!.AsObject();

        Assert.Equal(("local", "ready", 1, 1, 2), (
            (string)node["id"]!, (string)node["status"]!, (int)node["sandboxCount"]!, (int)node["createSuccesses"]!, (int)node["metrics"]!["allocatedCPU"]!));
        Assert.Equal(Environment.ProcessorCount, (int)node["metrics"]!["cpuCount"]!);
        Assert.Equal("local", (string)(await server.ApiAsync("GET", "/nodes/local")).Json!["id"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("GET", "/nodes/other")).Status);
    }
}
