namespace E2B;

/// <summary>What a sandbox used at one moment. The service measures every 5 seconds.</summary>
/// <remarks>
/// Asked for an hour or more, the service puts samples together, by the highest of each value: the longer the time,
/// the wider the steps.
/// </remarks>
public sealed class SandboxMetric
{
    /// <summary>The sandbox's id.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The moment, in UTC; the beginning of the step where samples were put together.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>Processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>How much of all its processors' time was used since the sample before, in percent: 0 to 100, however many processors there are.</summary>
    public double CpuUsedPercent { get; init; }

    /// <summary>Memory in use, in bytes, without copies of files.</summary>
    public long MemoryUsed { get; init; }

    /// <summary>All memory, in bytes.</summary>
    public long MemoryTotal { get; init; }

    /// <summary>Memory that holds copies of files and can be had back at any time, in bytes.</summary>
    public long MemoryCache { get; init; }

    /// <summary>Disk in use, in bytes.</summary>
    public long DiskUsed { get; init; }

    /// <summary>All disk, in bytes.</summary>
    public long DiskTotal { get; init; }

    /// <summary><see cref="MemoryUsed"/> of <see cref="MemoryTotal"/> in percent; 0 where the total is not known.</summary>
    public double MemoryUsedPercent => Percent(MemoryUsed, MemoryTotal);

    /// <summary><see cref="DiskUsed"/> of <see cref="DiskTotal"/> in percent; 0 where the total is not known.</summary>
    public double DiskUsedPercent => Percent(DiskUsed, DiskTotal);

    private static double Percent(long part, long whole) => whole > 0 ? Math.Round(100.0 * part / whole, 2) : 0;
}
