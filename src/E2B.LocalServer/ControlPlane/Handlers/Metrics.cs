using System.Globalization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What a sandbox used at one moment, as clients are told.</summary>
internal sealed record MetricModel
{
    public required DateTimeOffset Timestamp { get; init; }

    public long TimestampUnix => Timestamp.ToUnixTimeSeconds();

    public required int CpuCount { get; init; }

    public required float CpuUsedPct { get; init; }

    public required long MemUsed { get; init; }

    public required long MemTotal { get; init; }

    public required long MemCache { get; init; }

    public required long DiskUsed { get; init; }

    public required long DiskTotal { get; init; }

    public static MetricModel Of(MetricSample sample, SandboxLimits limits) => new()
    {
        Timestamp = sample.Time,
        CpuCount = limits.CpuCount,
        CpuUsedPct = sample.CpuUsedPercent,
        MemUsed = sample.MemoryUsed,
        MemTotal = limits.MemoryMB * 1024L * 1024,
        MemCache = sample.MemoryCache,
        DiskUsed = sample.DiskUsed,
        DiskTotal = sample.DiskTotal,
    };
}

/// <summary>The newest measurements of several sandboxes, by id.</summary>
internal sealed record MetricsOfSandboxesModel(IReadOnlyDictionary<string, MetricModel> Sandboxes);

/// <summary>The routes that tell what sandboxes use. One that nobody has heard of has no measurements, as in the cloud.</summary>
internal static class Metrics
{
    private const int MostSandboxes = 100;

    /// <summary><c>GET /sandboxes/{id}/metrics</c>: <c>start</c> and <c>end</c> in seconds.</summary>
    public static Task OfOneAsync(ApiCall call)
    {
        IQueryCollection query = call.Http.Request.Query;
        DateTimeOffset? start = Time(query, "start");
        DateTimeOffset? end = Time(query, "end");
        if (start > end)
        {
            throw ApiException.BadRequest("Invalid time range for metrics");
        }

        IReadOnlyList<MetricModel> found = Find(call, call.SandboxId) is { } one
            ? [.. one.Metrics.Read(start, end).Select(sample => MetricModel.Of(sample, one.Limits))]
            : [];
        return call.WriteAsync(StatusCodes.Status200OK, found, ServerJson.Default.IReadOnlyListMetricModel);
    }

    /// <summary><c>GET /sandboxes/metrics?sandbox_ids=a,b</c>: the newest of each.</summary>
    public static Task OfSandboxesAsync(ApiCall call)
    {
        string[] ids = [.. call.Http.Request.Query["sandbox_ids"].SelectMany(value => (value ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))];
        if (ids.Length == 0)
        {
            throw ApiException.BadRequest("validation error: sandbox_ids must be given");
        }

        if (ids.Length > MostSandboxes)
        {
            throw ApiException.BadRequest($"Too many sandboxes requested, maximum is {MostSandboxes}");
        }

        var found = new Dictionary<string, MetricModel>(StringComparer.Ordinal);
        foreach (string text in ids)
        {
            string id = SandboxId.TryNormalize(text, out string valid) ? valid : throw ApiException.BadRequest("Invalid sandbox ID");
            if (Find(call, id) is { } one && one.Metrics.Latest is { } latest)
            {
                found[id] = MetricModel.Of(latest, one.Limits);
            }
        }

        return call.WriteAsync(StatusCodes.Status200OK, new MetricsOfSandboxesModel(found), ServerJson.Default.MetricsOfSandboxesModel);
    }

    private static (MetricsHistory Metrics, SandboxLimits Limits)? Find(ApiCall call, string id)
    {
        if (call.Sandboxes.TryGet(id, out Sandbox? sandbox))
        {
            // Who asks right after the start is not told that there is nothing.
            if (sandbox.Meter.History.Latest is null && sandbox.Phase.State == SandboxState.Running)
            {
                sandbox.Meter.Sample(sandbox, Times.ToMicrosecond(call.Services.Clock.GetUtcNow()));
            }

            return (sandbox.Meter.History, sandbox.Order.Template.Limits);
        }

        return call.Services.Past.Find(id) is { } past ? (past.Meter.History, past.Order.Template.Limits) : null;
    }

    private static DateTimeOffset? Time(IQueryCollection query, string name)
    {
        string? text = query[name];
        if (text is null)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw ApiException.BadRequest($"validation error: {name} is a time in seconds since 1970, not '{text}'");
    }
}
