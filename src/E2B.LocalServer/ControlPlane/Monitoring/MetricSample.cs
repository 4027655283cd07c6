namespace E2B.LocalServer.ControlPlane;

/// <summary>What a sandbox used at one moment.</summary>
/// <param name="Time">The moment.</param>
/// <param name="CpuUsedPercent">Of all its processors' time since the sample before, 0 to 100.</param>
/// <param name="MemoryUsed">Bytes, without what is only a copy of files.</param>
/// <param name="MemoryCache">Bytes that are copies of files.</param>
/// <param name="DiskUsed">Bytes.</param>
/// <param name="DiskTotal">Bytes.</param>
internal readonly record struct MetricSample(
    DateTimeOffset Time, float CpuUsedPercent, long MemoryUsed, long MemoryCache, long DiskUsed, long DiskTotal)
{
    /// <summary>The highest of each value, as the cloud puts samples together.</summary>
    public static MetricSample Highest(DateTimeOffset time, MetricSample a, MetricSample b) => new(
        time,
        Math.Max(a.CpuUsedPercent, b.CpuUsedPercent),
        Math.Max(a.MemoryUsed, b.MemoryUsed),
        Math.Max(a.MemoryCache, b.MemoryCache),
        Math.Max(a.DiskUsed, b.DiskUsed),
        Math.Max(a.DiskTotal, b.DiskTotal));
}
