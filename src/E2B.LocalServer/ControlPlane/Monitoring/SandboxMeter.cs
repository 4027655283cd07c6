using System.Globalization;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Measures one sandbox, and notes in its log when it comes near its limits.</summary>
internal sealed class SandboxMeter
{
    private const float Threshold = 80; // percent, as in the cloud
    private readonly Lock _lock = new();
    private (DateTimeOffset Time, TimeSpan Cpu)? _last;
    private bool _muchMemory;
    private bool _muchCpu;

    public MetricsHistory History { get; } = new();

    /// <summary>Notes how much processor time was used so far: the first sample counts from here.</summary>
    public void Begin(Sandbox sandbox, DateTimeOffset now)
    {
        if (Read(sandbox) is { } usage)
        {
            lock (_lock)
            {
                _last = (now, usage.CpuTime);
            }
        }
    }

    /// <summary>Takes a sample, if there is something to measure.</summary>
    public void Sample(Sandbox sandbox, DateTimeOffset now)
    {
        if (Read(sandbox) is not { } usage)
        {
            return;
        }

        SandboxLimits limits = sandbox.Order.Template.Limits;
        float memory = usage.MemoryBytes * 100f / (limits.MemoryMB * 1024L * 1024);
        lock (_lock)
        {
            float cpu = _last is { } last && now > last.Time
                ? (float)((usage.CpuTime - last.Cpu) / (now - last.Time) / limits.CpuCount * 100)
                : 0;
            cpu = MathF.Round(Math.Clamp(cpu, 0, 100), 2);
            _last = (now, usage.CpuTime);
            History.Add(new MetricSample(now, cpu, usage.MemoryBytes, usage.CacheBytes, usage.DiskUsedBytes, usage.DiskTotalBytes));
            Warn(sandbox.Log, ref _muchMemory, memory, "Memory", "mem");
            Warn(sandbox.Log, ref _muchCpu, cpu, "CPU", "cpu");
        }
    }

    private static SandboxUsage? Read(Sandbox sandbox)
    {
        try
        {
            return sandbox.Hosted?.ReadUsage();
        }
        catch (Exception e) when (e is SandboxException or IOException)
        {
            return null; // it is ending
        }
    }

    // Once for each time it goes above: the log is not for measurements.
    private static void Warn(SandboxLog log, ref bool isAbove, float percent, string name, string field)
    {
        if (percent >= Threshold && !isAbove)
        {
            log.Warn(
                $"{name} usage threshold exceeded",
                new(field + "_used_percent", percent.ToString("0.##", CultureInfo.InvariantCulture)),
                new(field + "_threshold_percent", Threshold.ToString(CultureInfo.InvariantCulture)));
        }

        isAbove = percent >= Threshold;
    }
}
