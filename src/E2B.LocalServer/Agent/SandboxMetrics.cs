using System.Text.Json.Serialization;

namespace E2B.LocalServer.Agent;

/// <summary>The body of <c>GET /metrics</c>.</summary>
internal sealed record SandboxMetrics
{
    [JsonPropertyName("ts")]
    public required long Timestamp { get; init; }

    [JsonPropertyName("cpu_count")]
    public required int CpuCount { get; init; }

    [JsonPropertyName("cpu_used_pct")]
    public required double CpuUsedPercent { get; init; }

    [JsonPropertyName("mem_total_mib")]
    public long MemoryTotalMiB => MemoryTotal / (1024 * 1024);

    [JsonPropertyName("mem_used_mib")]
    public long MemoryUsedMiB => MemoryUsed / (1024 * 1024);

    [JsonPropertyName("mem_total")]
    public required long MemoryTotal { get; init; }

    [JsonPropertyName("mem_used")]
    public required long MemoryUsed { get; init; }

    [JsonPropertyName("mem_cache")]
    public required long MemoryCache { get; init; }

    [JsonPropertyName("disk_used")]
    public required long DiskUsed { get; init; }

    [JsonPropertyName("disk_total")]
    public required long DiskTotal { get; init; }
}

/// <summary>Generated, so that nothing is reflected.</summary>
[JsonSerializable(typeof(SandboxMetrics))]
internal sealed partial class MetricsJson : JsonSerializerContext;
