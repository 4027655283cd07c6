namespace E2B.LocalServer.Runtime;

/// <summary>Looks at and tidies up control groups, of version 1 and 2 alike; runc makes the groups of sandboxes.</summary>
internal static class ControlGroups
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Version 2 alone; with both mounted runc uses version 1.</summary>
    public static bool IsUnified { get; } = File.Exists(Root + "/cgroup.controllers");

    /// <summary>Version 2 has its freezer without a controller.</summary>
    public static bool HasController(string controller) => IsUnified
        ? controller == "freezer" || File.ReadAllText(Root + "/cgroup.controllers").Split([' ', '\n']).Contains(controller)
        : Directory.Exists($"{Root}/{controller}");

    /// <summary>True where the kernel counts swap, so that memory and swap can be limited together.</summary>
    public static bool CountsSwap => IsUnified || File.Exists(Root + "/memory/memory.memsw.limit_in_bytes");

    /// <summary>The folder in which a group has a controller's files.</summary>
    public static string Folder(string controller, string group) =>
        IsUnified ? $"{Root}/{group}" : $"{Root}/{controller}/{group}";

    /// <summary>The folders of a group in every hierarchy that has it.</summary>
    public static IEnumerable<string> Find(string group)
    {
        IEnumerable<string> hierarchies = IsUnified ? [Root] : Directory.EnumerateDirectories(Root);

        // cpu and cpuacct are often two names of one hierarchy.
        return hierarchies
            .Where(folder => new DirectoryInfo(folder).LinkTarget is null)
            .Select(folder => Path.Combine(folder, group))
            .Where(Directory.Exists);
    }

    /// <summary>The processes in a group and the groups below it.</summary>
    public static IEnumerable<int> Processes(string group) =>
        Find(group)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "cgroup.procs", SearchOption.AllDirectories))
            .SelectMany(Lines)
            .Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))
            .Distinct();

    /// <summary>Removes a group and the groups below it, as far as they are empty.</summary>
    public static void Remove(string group)
    {
        foreach (var folder in Find(group))
        {
            RemoveFolder(folder);
        }
    }

    private static void RemoveFolder(string folder)
    {
        try
        {
            foreach (var child in Directory.EnumerateDirectories(folder))
            {
                RemoveFolder(child);
            }

            // A group's own files do not keep it from being removed, though they would keep Directory.Delete from trying.
            _ = Native.Libc.RemoveDirectory(folder);
        }
        catch (DirectoryNotFoundException)
        {
            // Removed meanwhile by whoever made it.
        }
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
