using System.Net;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class MetricsTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public async Task A_sample_every_5_seconds_tells_what_was_used_since_the_one_before()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.Usage = new SandboxUsage(TimeSpan.FromSeconds(100), 10 * MiB, 20 * MiB, 30 * MiB, 40 * MiB);
        string id = await server.CreateAsync();
        DateTimeOffset start = server.Clock.GetUtcNow();

        // Of two processors' 10 s, 4 are used; then none.
        server.Host.Usage = server.Host.Usage with { CpuTime = TimeSpan.FromSeconds(104) };
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        server.Host.Usage = server.Host.Usage with { MemoryBytes = 11 * MiB, DiskUsedBytes = 31 * MiB };
        server.Clock.Advance(TimeSpan.FromSeconds(5));

        JsonArray samples = (await server.ApiAsync("GET", $"/sandboxes/{id}/metrics")).Json!.AsArray();

        Assert.Equal(2, samples.Count);
        JsonNode first = samples[0]!;
        Assert.Equal(start.AddSeconds(5), (DateTimeOffset)first["timestamp"]!);
        Assert.Equal(start.AddSeconds(5).ToUnixTimeSeconds(), (long)first["timestampUnix"]!);
        Assert.Equal(2, (int)first["cpuCount"]!);
        Assert.Equal(40, (double)first["cpuUsedPct"]!);
        Assert.Equal(10 * MiB, (long)first["memUsed"]!);
        Assert.Equal(512 * MiB, (long)first["memTotal"]!);
        Assert.Equal(20 * MiB, (long)first["memCache"]!);
        Assert.Equal(30 * MiB, (long)first["diskUsed"]!);
        Assert.Equal(40 * MiB, (long)first["diskTotal"]!);
        Assert.Equal(9, first.AsObject().Count);
        Assert.Equal(0, (double)samples[1]!["cpuUsedPct"]!);
        Assert.Equal(11 * MiB, (long)samples[1]!["memUsed"]!);
    }

    [Fact]
    public async Task Start_and_end_cut_a_part_out()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        long start = server.Clock.GetUtcNow().ToUnixTimeSeconds();
        server.Clock.Advance(TimeSpan.FromSeconds(60));

        async Task<string> Times(string query) => string.Join(
            ' ', (await server.ApiAsync("GET", $"/sandboxes/{id}/metrics?{query}")).Json!.AsArray().Select(one => (long)one!["timestampUnix"]! - start));

        Assert.Equal("5 10 15 20 25 30 35 40 45 50 55 60", await Times(""));
        Assert.Equal("50 55 60", await Times($"start={start + 50}"));
        Assert.Equal("5 10", await Times($"end={start + 10}"));
        Assert.Equal("20 25", await Times($"start={start + 18}&end={start + 25}"));
        Assert.Equal("", await Times($"start={start + 100}&end={start + 200}"));
    }

    [Fact]
    public void A_long_life_takes_no_more_memory_and_longer_steps()
    {
        var history = new MetricsHistory();
        DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        const int Days = 3;
        for (int i = 0; i < Days * 24 * 720; i++)
        {
            history.Add(new MetricSample(start.AddSeconds(i * 5), i % 720 == 0 ? 50 : 1, i, 0, 0, 0));
        }

        IReadOnlyList<MetricSample> all = history.Read(null, null);
        Assert.InRange(all.Count, 280, 1000);
        Assert.Equal(all.OrderBy(one => one.Time), all);
        Assert.Equal(TimeSpan.FromMinutes(5), all[1].Time - all[0].Time);
        Assert.Contains(all, one => one.CpuUsedPercent == 50);
        Assert.True(all[0].Time >= start.AddDays(Days - 2));
        DateTimeOffset end = start.AddDays(Days);
        Assert.Equal(120, history.Read(end.AddMinutes(-10), end).Count);
    }

    [Fact]
    public async Task Paused_ones_are_not_measured_and_keep_what_they_had()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(10));
        await server.ApiAsync("POST", $"/sandboxes/{id}/pause");
        server.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(2, (await server.ApiAsync("GET", $"/sandboxes/{id}/metrics")).Json!.AsArray().Count);
        await server.ApiAsync("DELETE", $"/sandboxes/{id}");
        Assert.Equal(2, (await server.ApiAsync("GET", $"/sandboxes/{id}/metrics")).Json!.AsArray().Count);
    }

    [Fact]
    public async Task Of_several_the_newest_of_each()
    {
        await using TestServer server = await TestServer.StartAsync();
        string one = await server.CreateAsync();
        string other = await server.CreateAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(15));

        Answer answer = await server.ApiAsync("GET", $"/sandboxes/metrics?sandbox_ids={one},{other},inobody");

        JsonObject found = answer.Json!["sandboxes"]!.AsObject();
        Assert.Equal(new[] { one, other }.Order(), found.Select(pair => pair.Key).Order());
        Assert.Equal(server.Clock.GetUtcNow(), (DateTimeOffset)found[one]!["timestamp"]!);
    }

    [Fact]
    public async Task Right_after_the_start_there_is_a_sample_already()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Single((await server.ApiAsync("GET", $"/sandboxes/{id}/metrics")).Json!.AsArray());
    }

    [Theory]
    [InlineData("/sandboxes/inobody/metrics", 200)]
    [InlineData("/sandboxes/inobody/metrics?start=5&end=4", 400)]
    [InlineData("/sandboxes/inobody/metrics?start=soon", 400)]
    [InlineData("/sandboxes/inobody/metrics?start=-1", 400)]
    [InlineData("/sandboxes/NO!/metrics", 400)]
    [InlineData("/sandboxes/metrics", 400)]
    [InlineData("/sandboxes/metrics?sandbox_ids=NO!", 400)]
    public async Task What_makes_no_sense_is_400_and_what_nobody_knows_is_empty(string path, int status)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("GET", path);

        Assert.Equal((HttpStatusCode)status, answer.Status);
        if (status == 200)
        {
            Assert.Equal("[]", answer.Text);
        }
    }
}
