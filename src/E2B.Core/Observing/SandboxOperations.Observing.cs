using System.Collections.Immutable;
using System.Globalization;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <content>What the service measured of sandboxes, and wrote down of them.</content>
public sealed partial class SandboxOperations
{
    /// <summary>The most sandboxes that the service tells of at once.</summary>
    private const int MostAtOnce = 100;

    /// <summary>The newest measurement of each of several sandboxes: one request for 100 of them.</summary>
    /// <param name="sandboxIds">The sandboxes' ids.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// In the order of the ids. Sandboxes of which there is none are left out: those that nobody knows, and in debug mode
    /// all of them.
    /// </returns>
    public async Task<IReadOnlyList<SandboxMetric>> GetMetricsAsync(IEnumerable<string> sandboxIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sandboxIds);
        string[] ids = [.. sandboxIds];
        foreach (string id in ids)
        {
            RequireId(id);
        }

        var found = new List<SandboxMetric>(ids.Length);
        if (_client.Connection.Debug)
        {
            return found;
        }

        foreach (string[] some in ids.Distinct(StringComparer.Ordinal).Chunk(MostAtOnce))
        {
            var call = new RestCall(
                HttpMethod.Get, "/sandboxes/metrics?sandbox_ids=" + string.Join(',', some.Select(Uri.EscapeDataString)), "get the metrics of sandboxes", Repeat.Safe);
            SandboxesMetricsModel answer = await _plane.SendAsync(call, RestJson.Default.SandboxesMetricsModel, cancellationToken).ConfigureAwait(false);
            found.AddRange(some.Where(answer.Sandboxes.ContainsKey).Select(id => ToMetric(id, answer.Sandboxes[id])));
        }

        return found;
    }

    /// <summary>The measurements between two moments, the oldest first; empty for a sandbox that nobody knows.</summary>
    internal async Task<IReadOnlyList<SandboxMetric>> ReadMetricsAsync(
        string sandboxId, DateTimeOffset? start, DateTimeOffset? end, CancellationToken cancellationToken)
    {
        if (_client.Connection.Debug)
        {
            return [];
        }

        // Whole seconds, rounded so that nothing between the two is lost.
        string query = Query(
            ("start", start is { } from ? Text(Math.Max(0, from.ToUnixTimeSeconds())) : null),
            ("end", end is { } to ? Text(Math.Max(0, (long)Math.Ceiling(to.ToUnixTimeMilliseconds() / 1000.0))) : null));
        IReadOnlyList<SandboxMetricModel> answer = await _plane.SendAsync(
            About(sandboxId, HttpMethod.Get, "/metrics" + query, "get the metrics of", Repeat.Safe),
            RestJson.Default.IReadOnlyListSandboxMetricModel,
            cancellationToken).ConfigureAwait(false);
        return answer.Select(one => ToMetric(sandboxId, one)).ToArray();
    }

    /// <summary>One page of a log; empty for a sandbox that nobody knows.</summary>
    internal async Task<IReadOnlyList<SandboxLogEntry>> ReadLogAsync(
        string sandboxId, SandboxLogOptions options, bool forward, long? cursor, int limit, CancellationToken cancellationToken)
    {
        if (_client.Connection.Debug)
        {
            return [];
        }

        string query = Query(
            ("direction", forward ? "forward" : "backward"),
            ("limit", Text(limit)),
            ("cursor", cursor is { } place ? Text(Math.Max(0, place)) : null),
            ("level", options.Level == SandboxLogLevel.Debug ? null : WireName(options.Level)),
            ("search", string.IsNullOrEmpty(options.Search) ? null : options.Search));
        RestCall call = About(sandboxId, HttpMethod.Get, "/logs" + query, "read the log of", Repeat.Safe);
        SandboxLogsModel answer = await _plane.SendAsync(
            call with { PathAndQuery = "/v2" + call.PathAndQuery }, RestJson.Default.SandboxLogsModel, cancellationToken).ConfigureAwait(false);
        return (answer.Logs ?? []).Select(one => ToEntry(sandboxId, one)).ToArray();
    }

    /// <summary>Whether the service knows a sandbox, running or paused.</summary>
    internal async Task<bool> IsThereAsync(string sandboxId, CancellationToken cancellationToken)
    {
        if (_client.Connection.Debug)
        {
            return false;
        }

        try
        {
            await GetAsync(sandboxId, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SandboxNotFoundException)
        {
            return false;
        }
    }

    private static string Query(params (string Name, string? Value)[] parameters)
    {
        string query = string.Join('&', parameters.Where(static one => one.Value is not null).Select(static one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}"));
        return query.Length == 0 ? string.Empty : "?" + query;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string WireName(SandboxLogLevel level) => level switch
    {
        SandboxLogLevel.Debug => "debug",
        SandboxLogLevel.Info => "info",
        SandboxLogLevel.Warn => "warn",
        SandboxLogLevel.Error => "error",
        _ => throw new E2BInvalidArgumentException($"There is no level {level}."),
    };

    private static SandboxMetric ToMetric(string sandboxId, SandboxMetricModel model) => new()
    {
        SandboxId = sandboxId,
        Timestamp = model.Timestamp?.ToUniversalTime() ?? DateTimeOffset.FromUnixTimeSeconds(model.TimestampUnix),
        CpuCount = model.CpuCount,
        CpuUsedPercent = Math.Round(model.CpuUsedPct, 2),
        MemoryUsed = model.MemUsed,
        MemoryTotal = model.MemTotal,
        MemoryCache = model.MemCache,
        DiskUsed = model.DiskUsed,
        DiskTotal = model.DiskTotal,
    };

    private static SandboxLogEntry ToEntry(string sandboxId, SandboxLogEntryModel model) => new()
    {
        SandboxId = sandboxId,
        Timestamp = model.Timestamp.ToUniversalTime(),
        Level = model.Level switch
        {
            "debug" => SandboxLogLevel.Debug,
            "warn" => SandboxLogLevel.Warn,
            "error" => SandboxLogLevel.Error,
            _ => SandboxLogLevel.Info,
        },
        Message = model.Message,
        Fields = model.Fields?.ToImmutableSortedDictionary(StringComparer.Ordinal) ?? ImmutableSortedDictionary<string, string>.Empty,
    };
}
