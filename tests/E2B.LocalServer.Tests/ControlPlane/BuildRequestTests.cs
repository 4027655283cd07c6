using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>What builds are asked for with, and what is said of them before they run.</summary>
public sealed class BuildRequestTests
{
    [Fact]
    public async Task A_build_waits_for_its_start()
    {
        await using TestServer server = await TestServer.StartAsync();
        Answer answer = await server.ApiAsync("POST", "/v3/templates", """{"name":"Mine:V1","tags":["stable","v1"],"cpuCount":4,"memoryMB":2048}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        string template = (string)answer.Json!["templateID"]!;
        string build = (string)answer.Json["buildID"]!;
        Assert.Equal("""["v1","stable"]""", answer.Json["tags"]!.ToJsonString());
        Assert.Equal("""["mine"] ["local/mine"] false""", $"{answer.Json["aliases"]!.ToJsonString()} {answer.Json["names"]!.ToJsonString()} {answer.Json["public"]}");
        JsonNode status = (await server.ApiAsync("GET", $"/templates/{template}/builds/{build}/status")).Json!;
        Assert.Equal(("waiting", 0, 0), ((string)status["status"]!, status["logs"]!.AsArray().Count, status["logEntries"]!.AsArray().Count));
        Assert.Equal("""{"logs":[]}""", (await server.ApiAsync("GET", $"/templates/{template}/builds/{build}/logs")).Text);
        JsonNode listed = (await server.ApiAsync("GET", "/v2/templates")).Json!.AsArray().Single(one => (string)one!["templateID"]! == template)!;
        Assert.Equal(("waiting", build, 4, 2048, 1), ((string)listed["buildStatus"]!, (string)listed["buildID"]!, (int)listed["cpuCount"]!, (int)listed["memoryMB"]!, (int)listed["buildCount"]!));
        Assert.Equal(HttpStatusCode.OK, (await server.ApiAsync("GET", "/templates/aliases/mine")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes", """{"templateID":"mine:v1"}""")).Status);
        Assert.Equal("[]", (await server.ApiAsync("GET", "/snapshots")).Text);

        // The name stands for the same template the next time.
        Answer again = await server.ApiAsync("POST", "/v2/templates", """{"alias":"mine"}""");
        Assert.Equal((HttpStatusCode.Accepted, template, 1024), (again.Status, (string)again.Json!["templateID"]!, (int)again.Json["memoryMB"]!));
        Assert.Equal(HttpStatusCode.OK, (await server.ApiAsync("PATCH", "/v2/templates/mine", """{"public":true}""")).Status);
        Assert.True((bool)(await server.ApiAsync("GET", $"/templates/{template}")).Json!["public"]!);
    }

    [Theory]
    [InlineData("""{}""", 400, "Name is required")]
    [InlineData("""{"name":"not a name"}""", 400, "Invalid name: invalid template ID: not a name")]
    [InlineData("""{"name":"other/mine"}""", 400, "namespace 'other' must match your team 'local'")]
    [InlineData("""{"name":"mine","tags":["no tag"]}""", 400, "Invalid tag: invalid tag 'no tag'")]
    [InlineData("""{"name":"mine","cpuCount":0}""", 400, "CPU count must be at least 1")]
    [InlineData("""{"name":"mine","cpuCount":3}""", 400, "CPU count must be 1 or an even number")]
    [InlineData("""{"name":"mine","cpuCount":64}""", 400, "CPU count must be at most 32")]
    [InlineData("""{"name":"mine","memoryMB":64}""", 400, "Memory must be at least 128 MiB")]
    [InlineData("""{"name":"mine","memoryMB":513}""", 400, "Memory must be divisible by 2")]
    [InlineData("""{"name":"base"}""", 403, "Alias 'base' already used: it is the server's own template")]
    [InlineData("""{"name":"code-interpreter-v1"}""", 403, "Alias 'code-interpreter-v1' already used: it is the server's own template")]
    public async Task What_cannot_be_is_refused_and_makes_no_template(string body, int status, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        Answer answer = await server.ApiAsync("POST", "/v3/templates", body);

        Assert.Equal((status, message), ((int)answer.Status, answer.Message));
        Assert.Equal(
            ["base", "code-interpreter-v1"],
            (await server.ApiAsync("GET", "/templates")).Json!.AsArray().Select(static one => (string)one!["templateID"]!).Order());
    }

    [Theory]
    [InlineData("""{}""", "must specify either fromImage or fromTemplate")]
    [InlineData("""{"fromImage":"a","fromTemplate":"b"}""", "cannot specify both fromImage and fromTemplate")]
    [InlineData("""{"fromImage":"a","steps":[{}]}""", "Error when parsing request: steps[0].type is missing")]
    [InlineData("""{"fromImage":"a","steps":[{"type":"RUN","args":[null]}]}""", "Error when parsing request: steps[0].args has what is no text")]
    [InlineData("""{"fromImage":"a","fromImageRegistry":{"type":"registry","username":"only"}}""", "Error when parsing request: fromImageRegistry has no known type (registry, aws, gcp), or lacks members of it")]
    public async Task A_start_that_cannot_be_leaves_the_build_waiting(string body, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode open = (await server.ApiAsync("POST", "/v3/templates", """{"name":"mine"}""")).Json!;
        string path = $"/templates/{open["templateID"]}/builds/{open["buildID"]}";
        Answer answer = await server.ApiAsync("POST", "/v2" + path, body);

        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.Status, answer.Message));
        Assert.Equal("waiting", (string)(await server.ApiAsync("GET", path + "/status")).Json!["status"]!);
        Assert.Contains("POST /v2/templates/", (await server.ApiAsync("POST", path)).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", $"/v2/templates/{open["templateID"]}/builds/{Guid.NewGuid()}", """{"fromImage":"a"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("GET", $"/templates/other/builds/{open["buildID"]}/status")).Status);
    }

    [Fact]
    public async Task A_build_that_nobody_starts_is_given_up_after_a_while()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode open = (await server.ApiAsync("POST", "/v3/templates", """{"name":"mine"}""")).Json!;
        string path = $"/templates/{open["templateID"]}/builds/{open["buildID"]}";
        server.Clock.Advance(TimeSpan.FromMinutes(39));
        Assert.Equal("waiting", (string)(await server.ApiAsync("GET", path + "/status")).Json!["status"]!);

        server.Clock.Advance(TimeSpan.FromMinutes(3));

        JsonNode status = (await server.ApiAsync("GET", path + "/status")).Json!;
        Assert.Equal(("error", "build is in waiting state for too long"), ((string)status["status"]!, (string)status["reason"]!["message"]!));
        Assert.Equal("build is not in waiting state", (await server.ApiAsync("POST", "/v2" + path, """{"fromImage":"e2bdev/base"}""")).Message);
    }

    [Fact]
    public async Task An_address_for_files_has_its_time()
    {
        const string hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        await using TestServer server = await TestServer.StartAsync();
        JsonNode open = (await server.ApiAsync("POST", "/v3/templates", """{"name":"mine"}""")).Json!;
        string url = (string)(await server.ApiAsync("GET", $"/templates/{open["templateID"]}/files/{hash}")).Json!["url"]!;
        async Task<HttpStatusCode> PutAsync(string address) =>
            (await server.Client.PutAsync(address, new ByteArrayContent([1]), TestContext.Current.CancellationToken)).StatusCode;

        server.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, await PutAsync(url));
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(url));

        // Nobody but the server can give it more.
        string[] parts = url.Split('_');
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync($"{parts[0]}_{long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) + 3600}_{parts[2]}"));
    }

    [Fact]
    public async Task Names_are_a_template_s_or_a_snapshot_s()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", """{"name":"shot"}""");
        await server.ApiAsync("POST", "/v3/templates", """{"name":"built"}""");

        Assert.Equal((HttpStatusCode.Conflict, "Alias 'shot' is already used by a snapshot"), Of(await server.ApiAsync("POST", "/v3/templates", """{"name":"shot"}""")));
        Assert.Equal(
            (HttpStatusCode.Conflict, "Name 'built' is already used by a template that was built"), Of(await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", """{"name":"built"}""")));
    }

    [Fact]
    public async Task Without_containers_nothing_is_built()
    {
        await using TestServer server = await TestServer.StartAsync(host: new FakeSandboxHost { CanPause = false });

        Assert.Equal(
            (HttpStatusCode.NotImplemented, "without isolation (--isolation none) the local server cannot build templates"), Of(await server.ApiAsync("POST", "/v3/templates", """{"name":"mine"}""")));
    }

    [Theory]
    [InlineData("a.txt", "a.txt")]
    [InlineData("dir/", "dir/")]
    [InlineData("*.txt", ".")]
    [InlineData("dir/sub*/x", "dir")]
    [InlineData("dir/{a,b}", "dir")]
    public void A_pattern_begins_with_a_folder(string pattern, string folder) => Assert.Equal(folder, BuildSteps.BeforeWildcards(pattern));

    [Fact]
    public void A_log_is_read_in_parts_and_is_not_without_end()
    {
        var clock = new FakeClock();
        var log = new BuildLog(clock);
        log.Write(LogLevel.Debug, "zero");
        log.Write(LogLevel.Info, "one", "1");
        log.Write(LogLevel.Warn, "two", "2");
        Assert.Equal(["two"], log.Read(LogLevel.Info, 1, 10).Select(one => one.Message));
        Assert.Equal(["two", "one"], log.Read(LogLevel.Info, cursor: null, newestFirst: true, 10).Select(one => one.Message));
        Assert.Equal(["one"], log.Read(LogLevel.Debug, log.All[1].Timestamp, newestFirst: false, 1).Select(one => one.Message));

        string line = new('x', 1024);
        for (int i = 0; i < 20_000; i++)
        {
            log.Write(LogLevel.Info, line);
        }

        log.Write(LogLevel.Error, "end", isLast: true);
        Assert.InRange(log.All.Sum(one => one.Message.Length), 7 * 1024 * 1024, 9 * 1024 * 1024);
        Assert.StartsWith("The log is full", log.All[^2].Message, StringComparison.Ordinal);
        Assert.Equal("end", log.All[^1].Message);
    }

    private static (HttpStatusCode Status, string Message) Of(Answer answer) => (answer.Status, answer.Message);
}
