using System.Runtime.InteropServices;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What a machine is.</summary>
internal sealed record MachineModel(string CpuFamily, string CpuModel, string CpuModelName, string CpuArchitecture);

/// <summary>A disk of a machine.</summary>
internal sealed record NodeDiskModel(string MountPoint, string Device, string FilesystemType, long UsedBytes, long TotalBytes);

/// <summary>What of a machine is in use.</summary>
internal sealed record NodeMetricsModel
{
    public required int AllocatedCPU { get; init; }

    public required int CpuPercent { get; init; }

    public required int CpuCount { get; init; }

    public required long AllocatedMemoryBytes { get; init; }

    public required long MemoryUsedBytes { get; init; }

    public required long MemoryTotalBytes { get; init; }

    // Sandboxes are no virtual machines here, and use none of these.
    public long HugePagesTotal { get; init; }

    public long HugePagesUsed { get; init; }

    public long HugePagesReserved { get; init; }

    public long HugePageSizeBytes { get; init; }

    public required IReadOnlyList<NodeDiskModel> Disks { get; init; }
}

/// <summary>The machine as a node of a cluster of one.</summary>
internal sealed record NodeModel
{
    public required string Id { get; init; }

    public required Guid ClusterID { get; init; }

    public required string ServiceInstanceID { get; init; }

    public string Status { get; init; } = "ready";

    public required DateTimeOffset StatusChangedAt { get; init; }

    public required int SandboxCount { get; init; }

    /// <summary>In lists alone.</summary>
    public int? SandboxStartingCount { get; init; }

    public required long CreateSuccesses { get; init; }

    public required long CreateFails { get; init; }

    public required string Version { get; init; }

    public string Commit { get; init; } = string.Empty;

    public required NodeMetricsModel Metrics { get; init; }

    public required MachineModel MachineInfo { get; init; }
}

/// <summary><c>GET /nodes</c> and <c>GET /nodes/{id}</c>: this machine.</summary>
internal static class Nodes
{
    private const string Only = "local";
    private static readonly TimeSpan _measured = TimeSpan.FromMilliseconds(100);

    public static async Task ListAsync(ApiCall call) =>
        await call.WriteAsync(StatusCodes.Status200OK, (IReadOnlyList<NodeModel>)[await ReadAsync(call) with { SandboxStartingCount = 0 }], ServerJson.Default.IReadOnlyListNodeModel);

    public static async Task GetAsync(ApiCall call)
    {
        if (call.Parameters["nodeID"] != Only)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "Node not found");
        }

        await call.WriteAsync(StatusCodes.Status200OK, await ReadAsync(call), ServerJson.Default.NodeModel);
    }

    private static async Task<NodeModel> ReadAsync(ApiCall call)
    {
        (long busyBefore, long allBefore) = Ticks();
        await Task.Delay(_measured, call.Aborted);
        (long busy, long all) = Ticks();
        IReadOnlyList<SandboxLimits> limits = [.. call.Sandboxes.Running.Select(one => one.Order.Template.Limits)];
        (long used, long total) = Memory();
        return new NodeModel
        {
            Id = Only,
            ClusterID = Guid.Empty,
            ServiceInstanceID = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            StatusChangedAt = call.Services.StartedAt,
            SandboxCount = limits.Count,
            CreateSuccesses = call.Services.Load.Successes,
            CreateFails = call.Services.Load.Failures,
            Version = ServerFacts.Version,
            Metrics = new NodeMetricsModel
            {
                AllocatedCPU = limits.Sum(one => one.CpuCount),
                CpuPercent = all > allBefore ? (int)(100 * (busy - busyBefore) / (all - allBefore)) : 0,
                CpuCount = Environment.ProcessorCount,
                AllocatedMemoryBytes = limits.Sum(one => one.MemoryMB * 1024L * 1024),
                MemoryUsedBytes = used,
                MemoryTotalBytes = total,
                Disks = Disks(call.Services.Saved.Root),
            },
            MachineInfo = Machine(),
        };
    }

    // "cpu  user nice system idle iowait …", in ticks since the machine's start.
    private static (long Busy, long All) Ticks()
    {
        long[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Number)];
        return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
    }

    private static (long Used, long Total) Memory()
    {
        Dictionary<string, long> values = File.ReadLines("/proc/meminfo")
            .Select(line => line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(parts => parts[0], parts => Number(parts[1]) * 1024);
        return (values["MemTotal"] - values["MemAvailable"], values["MemTotal"]);
    }

    private static IReadOnlyList<NodeDiskModel> Disks(string folder)
    {
        DriveInfo? disk = DriveInfo.GetDrives()
            .Where(drive => folder.StartsWith(drive.Name, StringComparison.Ordinal) && drive.IsReady)
            .MaxBy(drive => drive.Name.Length);
        return disk is null ? [] : [new NodeDiskModel(disk.Name, disk.VolumeLabel, disk.DriveFormat, disk.TotalSize - disk.TotalFreeSpace, disk.TotalSize)];
    }

    private static MachineModel Machine()
    {
        ILookup<string, string> values = File.ReadLines("/proc/cpuinfo")
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0].Trim(), parts => parts[1].Trim());
        string Value(string name) => values[name].FirstOrDefault() ?? string.Empty;
        return new MachineModel(Value("cpu family"), Value("model"), Value("model name"), ArchitectureName());
    }

    // As Go calls them, which the cloud's machines run.
    private static string ArchitectureName() => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
