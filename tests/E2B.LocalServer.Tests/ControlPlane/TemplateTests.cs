using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("/templates")]
    [InlineData("/v2/templates")]
    public async Task The_base_is_listed_with_how_often_it_was_used(string path)
    {
        await using TestServer server = await TestServer.StartAsync();
        Assert.All((await server.ApiAsync("GET", path)).Json!.AsArray(), one => Assert.Equal(0, (int)one!["spawnCount"]!));
        string id = await server.CreateAsync();
        await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", """{"name":"mine"}""");

        JsonArray listed = (await server.ApiAsync("GET", path)).Json!.AsArray();
        Assert.Equal(["base", "code-interpreter-v1"], listed.Select(one => (string)one!["templateID"]!).Order(StringComparer.Ordinal));
        JsonObject only = listed.Single(one => (string)one!["templateID"]! == "base")!.AsObject();

        Assert.Equal(("base", 2, 512, 10240, "ready"), (
            (string)only["templateID"]!, (int)only["cpuCount"]!, (int)only["memoryMB"]!, (int)only["diskSizeMB"]!, (string)only["buildStatus"]!));
        Assert.Equal("""["base"]""", only["aliases"]!.ToJsonString());
        Assert.Equal((1, server.Clock.GetUtcNow()), ((int)only["spawnCount"]!, (DateTimeOffset)only["lastSpawnedAt"]!));
        foreach (string required in (string[])["buildID", "public", "createdAt", "updatedAt", "createdBy", "buildCount", "envdVersion", "names"])
        {
            Assert.True(only.ContainsKey(required), required);
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("GET", path + "?teamID=other")).Status);
    }

    [Fact]
    public async Task The_code_interpreters_template_has_its_limits_and_cannot_be_replaced()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode template = (await server.ApiAsync("GET", "/templates/code-interpreter-v1")).Json!;
        Assert.Equal("""["code-interpreter-v1"]""", template["aliases"]!.ToJsonString());
        Assert.Equal((2, 2048, 10240), ((int)template["builds"]![0]!["cpuCount"]!, (int)template["builds"]![0]!["memoryMB"]!, (int)template["builds"]![0]!["diskSizeMB"]!));
        string id = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", """{"name":"code-interpreter-v1"}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.ApiAsync("DELETE", "/templates/code-interpreter-v1")).Status);
    }

    [Fact]
    public async Task Names_and_tags_are_looked_up()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await Snapshot(server, "mine:v1");

        foreach (string known in (string[])["base", "code-interpreter-v1", "mine", "local%2Fmine", "mine:v1", "Mine%3AV1", id])
        {
            Assert.Equal(HttpStatusCode.OK, (await server.ApiAsync("GET", $"/templates/aliases/{known}")).Status);
        }

        Answer answer = await server.ApiAsync("GET", "/templates/aliases/mine");
        Assert.Equal($$"""{"templateID":"{{id}}","public":false}""", answer.Text);
        Assert.Equal((HttpStatusCode.NotFound, "template 'none' not found"), await Refusal(server, "GET", "/templates/aliases/none"));
        Assert.Equal((HttpStatusCode.NotFound, "tag 'v2' does not exist for template 'mine'"), await Refusal(server, "GET", "/templates/aliases/mine:v2"));
        Assert.Equal((HttpStatusCode.BadRequest, "namespace 'other' must match your team 'local'"), await Refusal(server, "GET", "/templates/aliases/other%2Fmine"));
        Assert.Equal(HttpStatusCode.BadRequest, (await Refusal(server, "GET", "/templates/aliases/not%20a%20name")).Status);
    }

    [Fact]
    public async Task Tags_are_assigned_listed_and_removed()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await Snapshot(server, "mine");
        string first = (string)(await server.ApiAsync("GET", $"/templates/{id}/tags")).Json![0]!["buildID"]!;

        Answer assigned = await server.ApiAsync("POST", "/templates/tags", """{"target":"mine","tags":["v1","stable","V1"]}""");

        Assert.Equal((HttpStatusCode.Created, $$"""{"tags":["v1","stable"],"buildID":"{{first}}"}"""), (assigned.Status, assigned.Text));
        JsonArray tags = (await server.ApiAsync("GET", "/templates/mine/tags")).Json!.AsArray();
        Assert.Equal([("default", first), ("stable", first), ("v1", first)], tags.Select(one => ((string)one!["tag"]!, (string)one["buildID"]!)));
        Assert.Single((await server.ApiAsync("GET", $"/templates/{id}")).Json!["builds"]!.AsArray());
        Assert.Equal(HttpStatusCode.Created, (await server.ApiAsync("POST", "/sandboxes", """{"templateID":"mine:stable"}""")).Status);

        // A later state takes the default tag; the others stay where they are until they are moved.
        await Snapshot(server, "mine");
        tags = (await server.ApiAsync("GET", "/templates/mine/tags")).Json!.AsArray();
        string second = (string)tags[0]!["buildID"]!;
        Assert.NotEqual(first, second);
        Assert.Equal(first, (string)tags[1]!["buildID"]!);
        await server.ApiAsync("POST", "/templates/tags", """{"target":"mine:default","tags":["stable"]}""");
        tags = (await server.ApiAsync("GET", "/templates/mine/tags")).Json!.AsArray();
        Assert.Equal([second, second, first], tags.Select(one => (string)one!["buildID"]!));

        Assert.Equal(2, Directory.GetDirectories(server.SavedPath("layers")).Length);
        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("DELETE", "/templates/tags", """{"name":"mine","tags":["v1","none"]}""")).Status);
        Assert.Equal(2, (await server.ApiAsync("GET", "/templates/mine/tags")).Json!.AsArray().Count);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes", """{"templateID":"mine:v1"}""")).Status);
    }

    [Fact]
    public async Task The_files_of_a_state_go_with_its_last_tag()
    {
        await using TestServer server = await TestServer.StartAsync();
        string sandbox = await server.CreateAsync();
        await server.ApiAsync("POST", $"/sandboxes/{sandbox}/snapshots", """{"name":"mine:old"}""");
        await server.ApiAsync("POST", $"/sandboxes/{sandbox}/snapshots", """{"name":"mine:new"}""");
        await server.ApiAsync("POST", "/templates/tags", """{"target":"mine:old","tags":["older"]}""");
        Assert.Equal(2, Directory.GetDirectories(server.SavedPath("layers")).Length);

        await server.ApiAsync("DELETE", "/templates/tags", """{"name":"mine","tags":["old"]}""");
        Assert.Equal(2, Directory.GetDirectories(server.SavedPath("layers")).Length);
        await server.ApiAsync("DELETE", "/templates/tags", """{"name":"mine","tags":["older"]}""");

        Assert.Single(Directory.GetDirectories(server.SavedPath("layers")));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "The last tag cannot be deleted: delete the snapshot"),
            await Refusal(server, "DELETE", "/templates/tags", """{"name":"mine","tags":["new"]}"""));
    }

    [Theory]
    [InlineData("POST", """{"target":"mine","tags":[]}""", 400, "At least one tag is required")]
    [InlineData("POST", """{"target":"mine:none","tags":["a"]}""", 404, "Template 'mine:none' with tag 'none' not found")]
    [InlineData("POST", """{"target":"none","tags":["a"]}""", 404, "template 'none' not found")]
    [InlineData("POST", """{"target":"code-interpreter-v1","tags":["a"]}""", 403, "You don't have access to sandbox template 'code-interpreter-v1'")]
    [InlineData("POST", """{"target":"base","tags":["a"]}""", 403, "You don't have access to sandbox template 'base'")]
    [InlineData("POST", """{"target":"mine","tags":["not a tag"]}""", 400, "Invalid tag: invalid tag 'not a tag'")]
    [InlineData("DELETE", """{"name":"mine","tags":["default"]}""", 400, "Cannot delete the 'default' tag")]
    [InlineData("DELETE", """{"name":"mine","tags":[]}""", 400, "At least one tag is required")]
    [InlineData("DELETE", """{"name":"mine:a","tags":["a"]}""", 400, "Template name should not contain a tag, use the 'tags' field instead")]
    [InlineData("DELETE", """{"name":"none","tags":["a"]}""", 404, "template 'none' not found")]
    public async Task Tags_that_cannot_be_are_refused(string method, string body, int status, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        await Snapshot(server, "mine");

        Assert.Equal(((HttpStatusCode)status, message), await Refusal(server, method, "/templates/tags", body));
    }

    [Fact]
    public async Task Publishing_is_noted()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await Snapshot(server, "mine");

        Answer changed = await server.ApiAsync("PATCH", "/v2/templates/mine", """{"public":true}""");

        Assert.Equal((HttpStatusCode.OK, """{"names":["local/mine"]}"""), (changed.Status, changed.Text));
        Assert.True((bool)(await server.ApiAsync("GET", $"/templates/{id}")).Json!["public"]!);
        Assert.Equal("{}", (await server.ApiAsync("PATCH", $"/templates/{id}", """{"public":false}""")).Text);
        Assert.False((bool)(await server.ApiAsync("GET", $"/templates/{id}")).Json!["public"]!);
        Assert.Equal(HttpStatusCode.OK, (await server.ApiAsync("PATCH", "/v2/templates/mine", "{}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.ApiAsync("PATCH", "/v2/templates/base", """{"public":true}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("PATCH", "/v2/templates/none", """{"public":true}""")).Status);
        Assert.Equal((HttpStatusCode.NotFound, "Template none not found"), await Refusal(server, "GET", "/templates/none"));
    }

    private static async Task<(HttpStatusCode Status, string Message)> Refusal(TestServer server, string method, string path, string? body = null)
    {
        Answer answer = await server.ApiAsync(method, path, body);
        return (answer.Status, answer.Message);
    }

    /// <summary>Makes a snapshot of a fresh sandbox.</summary>
    /// <returns>Its template id.</returns>
    private static async Task<string> Snapshot(TestServer server, string name)
    {
        string sandbox = await server.CreateAsync();
        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{sandbox}/snapshots", $$"""{"name":"{{name}}"}""");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        await server.ApiAsync("DELETE", $"/sandboxes/{sandbox}");
        return (string)(await server.ApiAsync("GET", $"/templates/aliases/{name.Replace(":", "%3A", StringComparison.Ordinal)}")).Json!["templateID"]!;
    }
}
