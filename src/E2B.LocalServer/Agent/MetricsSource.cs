using System.Globalization;
using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent;

/// <summary>
/// Measures what the sandbox uses. Its limits are those of its control group; where that cannot be seen,
/// the numbers are the machine's.
/// </summary>
internal sealed class MetricsSource
{
    private const string Group = "/sys/fs/cgroup/";
    private readonly Lock _gate = new();
    private double _lastCpuSeconds;
    private long _lastTicks;

    public SandboxMetrics Read()
    {
        Dictionary<string, long> machine = Table("/proc/meminfo");
        Dictionary<string, long> memory = Table(Group + "memory.stat");
        long total = machine.GetValueOrDefault("MemTotal") * 1024;
        long cache = (machine.GetValueOrDefault("Cached") + machine.GetValueOrDefault("SReclaimable")) * 1024;
        long used = total - ((machine.GetValueOrDefault("MemFree") + machine.GetValueOrDefault("Buffers")) * 1024) - cache;
        if (Number(Group + "memory.current") is { } current)
        {
            total = Math.Min(total, Number(Group + "memory.max") ?? long.MaxValue);
            cache = memory.GetValueOrDefault("file");
            used = Math.Max(0, current - cache);
        }

        (long diskTotal, long diskUsed) = Disk();
        int processors = Processors();
        return new SandboxMetrics
        {
            Timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            CpuCount = processors,
            CpuUsedPercent = CpuPercent(processors),
            MemoryTotal = total,
            MemoryUsed = used,
            MemoryCache = cache,
            DiskTotal = diskTotal,
            DiskUsed = diskUsed,
        };
    }

    private static int Processors()
    {
        string[] limit = (Text(Group + "cpu.max") ?? "max").Split(' ');
        return limit.Length == 2
            && long.TryParse(limit[0], NumberStyles.None, CultureInfo.InvariantCulture, out long quota)
            && long.TryParse(limit[1], NumberStyles.None, CultureInfo.InvariantCulture, out long period)
            ? (int)Math.Max(1, (quota + period - 1) / period)
            : Environment.ProcessorCount;
    }

    /// <summary>Since the last question; since the start of the sandbox at the first.</summary>
    private double CpuPercent(int processors)
    {
        Dictionary<string, long> group = Table(Group + "cpu.stat");
        double seconds = group.TryGetValue("usage_usec", out long microseconds) ? microseconds / 1e6 : MachineCpuSeconds();
        lock (_gate)
        {
            long now = Environment.TickCount64;
            double elapsed = (now - _lastTicks) / 1000.0;
            double percent = elapsed <= 0 ? 0 : (seconds - _lastCpuSeconds) / elapsed / processors * 100;
            (_lastCpuSeconds, _lastTicks) = (seconds, now);
            return Math.Round(Math.Clamp(percent, 0, 100), 2);
        }
    }

    private static double MachineCpuSeconds()
    {
        string[] fields = (Text("/proc/stat") ?? string.Empty).Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

        // user, nice, system; then idle and waiting, which are no work.
        return fields.Skip(1).Take(3).Sum(f => long.Parse(f, CultureInfo.InvariantCulture)) / 100.0;
    }

    private static unsafe (long Total, long Used) Disk()
    {
        ulong* space = stackalloc ulong[32];
        if (Libc.FileSystemSpace("/", space) != 0)
        {
            return (0, 0);
        }

        // struct statvfs: block size, fragment size, blocks, free ones, those free for ordinary users.
        ulong fragment = space[1];
        return ((long)(space[2] * fragment), (long)((space[2] - space[4]) * fragment));
    }

    private static long? Number(string file) =>
        long.TryParse(Text(file), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    /// <summary>Lines of a name and a number.</summary>
    private static Dictionary<string, long> Table(string file)
    {
        var table = new Dictionary<string, long>();
        foreach (string line in (Text(file) ?? string.Empty).Split('\n'))
        {
            string[] fields = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 2 && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                table[fields[0]] = number;
            }
        }

        return table;
    }

    private static string? Text(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
