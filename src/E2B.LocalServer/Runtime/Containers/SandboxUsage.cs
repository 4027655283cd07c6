using System.Globalization;

namespace E2B.LocalServer.Runtime;

/// <summary>What a sandbox uses at the moment, as the host counts it: a sandbox itself sees the host's figures in /proc.</summary>
/// <param name="CpuTime">Processor time used since the start, by all its processors together.</param>
/// <param name="MemoryBytes">Memory in use, without what the kernel could drop at once.</param>
/// <param name="CacheBytes">Memory that holds copies of files and could be dropped.</param>
/// <param name="DiskUsedBytes">How much of its disk is full.</param>
/// <param name="DiskTotalBytes">The size of its disk.</param>
public sealed record SandboxUsage(TimeSpan CpuTime, long MemoryBytes, long CacheBytes, long DiskUsedBytes, long DiskTotalBytes)
{
    internal static SandboxUsage Read(string controlGroup, string diskMountPoint)
    {
        var (memory, cache) = ReadMemory(controlGroup);
        var disk = new DriveInfo(diskMountPoint);
        return new SandboxUsage(ReadCpuTime(controlGroup), memory - cache, cache, disk.TotalSize - disk.TotalFreeSpace, disk.TotalSize);
    }

    private static (long All, long Cache) ReadMemory(string group)
    {
        var folder = ControlGroups.Folder("memory", group);
        return ControlGroups.IsUnified
            ? (ReadNumber(folder + "/memory.current"), ReadField(folder + "/memory.stat", "inactive_file"))
            : (ReadNumber(folder + "/memory.usage_in_bytes"), ReadField(folder + "/memory.stat", "total_inactive_file"));
    }

    private static TimeSpan ReadCpuTime(string group) => ControlGroups.IsUnified
        ? TimeSpan.FromMicroseconds(ReadField(ControlGroups.Folder("cpu", group) + "/cpu.stat", "usage_usec"))
        : TimeSpan.FromMicroseconds(ReadNumber(ControlGroups.Folder("cpuacct", group) + "/cpuacct.usage") / 1000);

    private static long ReadNumber(string file) => long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    private static long ReadField(string file, string name) => long.Parse(
        File.ReadLines(file).First(line => line.StartsWith(name + " ", StringComparison.Ordinal)).AsSpan(name.Length), CultureInfo.InvariantCulture);
}
