using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class LogTests
{
    [Fact]
    public async Task A_life_is_written_down()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");
        await server.ApiAsync("POST", $"/sandboxes/{id}/pause");
        await server.ApiAsync("POST", $"/sandboxes/{id}/connect", """{"timeout":5}""");
        await server.ApiAsync("DELETE", $"/sandboxes/{id}");

        JsonArray entries = await EntriesAsync(server, id, "direction=forward");

        Assert.Equal(
            [
                "debug Started creating sandbox", "info Sandbox created", "info Checkpointing sandbox", "info Pausing sandbox", "info Sandbox paused",
                "debug Started resuming sandbox", "info Sandbox created", "info Killing sandbox", "info Sandbox stopped",
            ],
            entries.Select(one => $"{one!["level"]} {one["message"]}"));
        Assert.Equal("2026-01-01 00:05:00 +00:00", (string)entries[1]!["fields"]!["end_time"]!);
        Assert.Equal("request", (string)entries[7]!["fields"]!["kill_reason"]!);
        DateTimeOffset[] times = [.. entries.Select(one => (DateTimeOffset)one!["timestamp"]!)];
        Assert.Equal(times.Order().Distinct(), times);
    }

    [Fact]
    public async Task What_the_agent_reports_is_there_with_its_fields()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        server.Host.Only.Report("""{"level":"warn","message":"it happened","pid":12,"deep":{"no":1},"yes":true}""");
        server.Host.Only.Report("plain {words}");
        server.Host.Only.Report("{not json");
        server.Host.Only.Report("");

        JsonArray entries = await EntriesAsync(server, id, "limit=3");
        Assert.Equal(["info {not json", "info plain {words}", "warn it happened"], entries.Select(one => $"{one!["level"]} {one["message"]}"));
        Assert.Equal("""{"pid":"12","yes":"true"}""", entries[2]!["fields"]!.ToJsonString());
    }

    [Fact]
    public async Task Parts_are_cut_by_time_level_words_and_number()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        long start = server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (string level in (string[])["debug", "info", "warn", "error"])
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            server.Host.Only.Report($$"""{"level":"{{level}}","message":"a {{level}} Word"}""");
        }

        async Task<string> Messages(string query) =>
            string.Join(' ', (await EntriesAsync(server, id, query)).Select(one => ((string)one!["message"]!).Split(' ')[1]));

        Assert.Equal("error warn info debug created creating", await Messages(""));
        Assert.Equal("error warn", await Messages("level=warn"));
        Assert.Equal("error warn info debug", await Messages("search=Word"));
        Assert.Equal("", await Messages("search=word"));
        Assert.Equal("error warn", await Messages("limit=2"));
        Assert.Equal("", await Messages("limit=0"));
        Assert.Equal("creating created", await Messages("direction=forward&limit=2"));
        Assert.Equal("warn error", await Messages($"direction=forward&cursor={start + 3000}"));
        Assert.Equal("info debug created creating", await Messages($"direction=backward&cursor={start + 2000}"));
        Assert.Equal("info", await Messages($"cursor={start + 2000}&search=Word&limit=1"));
    }

    [Fact]
    public async Task The_first_version_gives_lines_and_entries()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        long start = server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        server.Host.Only.Report("""{"level":"error","message":"broken","pid":7}""");

        JsonNode all = (await server.ApiAsync("GET", $"/sandboxes/{id}/logs")).Json!;
        JsonNode late = (await server.ApiAsync("GET", $"/sandboxes/{id}/logs?start={start + 500}&limit=5000")).Json!;

        Assert.Equal(3, all["logs"]!.AsArray().Count);
        Assert.Equal(3, all["logEntries"]!.AsArray().Count);
        JsonNode line = JsonNode.Parse((string)Assert.Single(late["logs"]!.AsArray())!["line"]!)!;
        Assert.Equal("broken", (string)line["message"]!);
        Assert.Equal("error", (string)line["level"]!);
        Assert.Equal("7", (string)line["pid"]!);
        Assert.Equal((DateTimeOffset)late["logs"]![0]!["timestamp"]!, (DateTimeOffset)line["timestamp"]!);
    }

    [Fact]
    public void A_chatterer_loses_what_is_oldest()
    {
        var log = new SandboxLog(new FakeClock());
        for (int i = 0; i < 6000; i++)
        {
            log.Info($"{i}");
        }

        IReadOnlyList<LogRecord> kept = log.Read(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, newestFirst: false, LogLevel.Debug, null, int.MaxValue);
        Assert.Equal(5000, kept.Count);
        Assert.Equal("5999", kept[^1].Message);
        for (int i = 0; i < 100; i++)
        {
            log.Info(new string('x', 60_000));
        }

        Assert.InRange(log.Read(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, newestFirst: false, LogLevel.Debug, null, int.MaxValue).Sum(one => one.Size), 900_000, 1024 * 1024);
    }

    [Fact]
    public async Task Coming_near_a_limit_is_noted_once()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        server.Host.Usage = new SandboxUsage(TimeSpan.Zero, 500L * 1024 * 1024, 0, 0, 0);
        server.Clock.Advance(TimeSpan.FromSeconds(60));

        JsonNode warning = Assert.Single(await EntriesAsync(server, id, "level=warn"))!;

        Assert.Equal("Memory usage threshold exceeded", (string)warning["message"]!);
        Assert.Equal("97.66", (string)warning["fields"]!["mem_used_percent"]!);
        Assert.Equal("80", (string)warning["fields"]!["mem_threshold_percent"]!);
    }

    [Theory]
    [InlineData("/v2/sandboxes/inobody/logs", 200)]
    [InlineData("/sandboxes/inobody/logs", 200)]
    [InlineData("/v2/sandboxes/inobody/logs?limit=1001", 400)]
    [InlineData("/v2/sandboxes/inobody/logs?limit=-1", 400)]
    [InlineData("/v2/sandboxes/inobody/logs?direction=up", 400)]
    [InlineData("/v2/sandboxes/inobody/logs?level=loud", 400)]
    [InlineData("/v2/sandboxes/inobody/logs?cursor=now", 400)]
    [InlineData("/v2/sandboxes/NO!/logs", 400)]
    public async Task What_makes_no_sense_is_400_and_what_nobody_knows_is_empty(string path, int status)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("GET", path);

        Assert.Equal((HttpStatusCode)status, answer.Status);
        if (status == 200)
        {
            Assert.Empty(answer.Json!["logs"]!.AsArray());
        }
    }

    private static async Task<JsonArray> EntriesAsync(TestServer server, string id, string query) =>
        (await server.ApiAsync("GET", $"/v2/sandboxes/{id}/logs?{query}")).Json!["logs"]!.AsArray();
}
