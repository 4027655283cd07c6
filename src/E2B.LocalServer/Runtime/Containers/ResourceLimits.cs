namespace E2B.LocalServer.Runtime;

/// <summary>What one sandbox may use at most.</summary>
public sealed record ResourceLimits
{
    /// <summary>Memory, swap included, in MiB.</summary>
    public int MemoryMiB { get; init; } = 512;

    /// <summary>Processor time, in processors' worth.</summary>
    public double CpuCount { get; init; } = 2;

    /// <summary>Processes and threads at a time.</summary>
    public int Processes { get; init; } = 1024;

    /// <summary>Size of the file system that holds what the sandbox writes, in MiB. Taken from the host only as it fills.</summary>
    public int DiskMiB { get; init; } = 10_240;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryMiB, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(CpuCount, 0.01);
        ArgumentOutOfRangeException.ThrowIfLessThan(Processes, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(DiskMiB, 8);
    }
}
