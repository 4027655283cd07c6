namespace E2B.Protocol.Rest;

/// <summary>What a sandbox used at one moment, in the answer to <c>GET /sandboxes/{id}/metrics</c>.</summary>
public sealed record SandboxMetricModel
{
    /// <summary>When. To go: the number of seconds stays.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>When, in seconds since 1970.</summary>
    public long TimestampUnix { get; init; }

    /// <summary>Processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>Of all processors together, 0 to 100.</summary>
    public double CpuUsedPct { get; init; }

    /// <summary>Bytes.</summary>
    public long MemUsed { get; init; }

    /// <summary>Bytes.</summary>
    public long MemTotal { get; init; }

    /// <summary>Bytes.</summary>
    public long MemCache { get; init; }

    /// <summary>Bytes.</summary>
    public long DiskUsed { get; init; }

    /// <summary>Bytes.</summary>
    public long DiskTotal { get; init; }
}

/// <summary>The answer to <c>GET /sandboxes/metrics</c>.</summary>
/// <param name="Sandboxes">The newest of each sandbox, by id.</param>
public sealed record SandboxesMetricsModel(IDictionary<string, SandboxMetricModel> Sandboxes);

/// <summary>An entry of a sandbox's log.</summary>
/// <param name="Timestamp">When.</param>
/// <param name="Level"><c>debug</c>, <c>info</c>, <c>warn</c> or <c>error</c>.</param>
/// <param name="Message">What happened.</param>
/// <param name="Fields">Particulars.</param>
public sealed record SandboxLogEntryModel(DateTimeOffset Timestamp, string Level, string Message, IDictionary<string, string>? Fields);

/// <summary>The answer to <c>GET /v2/sandboxes/{id}/logs</c>.</summary>
/// <param name="Logs">The entries, in the order asked for.</param>
public sealed record SandboxLogsModel(IReadOnlyList<SandboxLogEntryModel>? Logs);
