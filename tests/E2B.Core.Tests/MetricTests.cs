using System.Globalization;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>What sandboxes use, as the service measured it.</summary>
public class MetricTests
{
    private const string Running =
        """{"templateID":"base","sandboxID":"sbx1","envdVersion":"0.6.13","state":"running","startedAt":"2026-01-01T00:00:00Z","endAt":"2036-01-01T00:00:00Z"}""";

    private static readonly DateTimeOffset _noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Samples_are_typed()
    {
        var handler = new FakeHandler(_ => Answers.Json($"[{Sample(_noon, 12.5)},{Sample(null, 0.1f)}]"));

        IReadOnlyList<SandboxMetric> samples = await Client.Sandbox(handler).GetMetricsAsync(cancellationToken: Token);

        Assert.Equal("/sandboxes/sbx1/metrics", handler.Only.PathAndQuery);
        SandboxMetric first = samples[0];
        Assert.Equal(("sbx1", _noon, TimeSpan.Zero, 2, 12.5), (first.SandboxId, first.Timestamp, first.Timestamp.Offset, first.CpuCount, first.CpuUsedPercent));
        Assert.Equal((100L, 400L, 30L, 1L, 8L), (first.MemoryUsed, first.MemoryTotal, first.MemoryCache, first.DiskUsed, first.DiskTotal));
        Assert.Equal((25.0, 12.5), (first.MemoryUsedPercent, first.DiskUsedPercent));
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(1000), 0.1), (samples[1].Timestamp, samples[1].CpuUsedPercent));
    }

    [Fact]
    public async Task Times_are_whole_seconds_that_leave_nothing_out()
    {
        var handler = new FakeHandler(_ => Answers.Json("[]"));

        await Client.Sandbox(handler).GetMetricsAsync(DateTimeOffset.FromUnixTimeMilliseconds(5900), DateTimeOffset.FromUnixTimeMilliseconds(7100), Token);

        Assert.Equal("/sandboxes/sbx1/metrics?start=5&end=8", handler.Only.PathAndQuery);
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(async () => await Client.Sandbox(handler).GetMetricsAsync(_noon, _noon.AddSeconds(-1), Token));
    }

    [Fact]
    public async Task Those_of_many_sandboxes_take_a_request_for_each_hundred()
    {
        var handler = new FakeHandler(request => Answers.Json("{\"sandboxes\":{" + string.Join(',', request.Uri.Query.Split('=')[1].Split(',')
            .Where(static id => id != "s7").Reverse().Select(id => $"\"{id}\":{Sample(_noon, double.Parse(id[1..], CultureInfo.InvariantCulture) / 10)}")) + "}}"));
        string[] ids = [.. Enumerable.Range(0, 250).Select(static i => $"s{i}")];

        IReadOnlyList<SandboxMetric> samples = await Client.With(handler).Sandboxes.GetMetricsAsync([.. ids, "s1"], Token);

        Assert.Equal(ids.Where(static id => id != "s7"), samples.Select(static one => one.SandboxId));
        Assert.All(samples, static one => Assert.Equal("s" + Math.Round(one.CpuUsedPercent * 10), one.SandboxId));
        Assert.Equal([100, 100, 50], handler.Requests.Select(static one => one.Uri.Query.Split(',').Length));
        Assert.Empty(await Client.With(handler).Sandboxes.GetMetricsAsync([], Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(async () => await Client.With(handler).Sandboxes.GetMetricsAsync([" "], Token));
    }

    [Fact]
    public async Task A_follower_gets_each_sample_once_and_ends_with_the_sandbox()
    {
        List<int> seconds = [0];
        int asked = 0;
        bool isThere = true;
        var starts = new List<long>();
        var handler = new FakeHandler(request =>
        {
            switch (request.Uri.AbsolutePath)
            {
                case "/sandboxes/metrics":
                    return Answers.Json($"{{\"sandboxes\":{{\"sbx1\":{Sample(_noon, 0)}}}}}");
                case "/sandboxes/sbx1":
                    return isThere ? Answers.Json(Running) : Answers.Error(404, "gone");
            }

            switch (++asked)
            {
                case 2: seconds.Add(5); break;
                case 3: seconds.AddRange([10, 15]); break;
                case 5: isThere = false; break;
                case 6: seconds.Add(20); break;
            }

            starts.Add(long.Parse(request.Uri.Query.Split('=')[1], CultureInfo.InvariantCulture) - _noon.ToUnixTimeSeconds());
            return Answers.Json("[" + string.Join(',', seconds.Where(second => second >= starts[^1]).Select(second => Sample(_noon.AddSeconds(second), second))) + "]");
        });

        var samples = new List<double>();
        await foreach (SandboxMetric sample in Client.Sandbox(handler).FollowMetricsAsync(cancellationToken: Token))
        {
            samples.Add(sample.CpuUsedPercent);
        }

        Assert.Equal([0, 5, 10, 15, 20], samples);
        Assert.Equal([0, 0, 5, 15, 15, 15], starts);
    }

    private static string Sample(DateTimeOffset? time, double cpu) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{{{(time is null ? string.Empty : $"\"timestamp\":\"{time:O}\",")}}"timestampUnix":1000,"cpuCount":2,"cpuUsedPct":{{cpu}},"memUsed":100,"memTotal":400,"memCache":30,"diskUsed":1,"diskTotal":8}""");
}
