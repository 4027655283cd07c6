using System.Diagnostics;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Stops and continues all processes of a control group. Not by <c>runc pause</c>, which gives up after a few
/// milliseconds: a process freezes when it next gets a processor, and with many busy sandboxes that takes its time.
/// </summary>
internal static class Freezer
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _thawAfter = TimeSpan.FromSeconds(1);

    /// <summary>Stops every process, and returns when all of them stand still.</summary>
    /// <exception cref="SandboxException">Some do not; all go on.</exception>
    public static async Task FreezeAsync(string group)
    {
        var started = Stopwatch.GetTimestamp();
        var lastThaw = started;
        for (var wait = 1; ; wait = Math.Min(wait * 2, 20))
        {
            Write(group, frozen: true);
            if (IsFrozen(group))
            {
                return;
            }

            await Task.Delay(wait);
            if (Stopwatch.GetElapsedTime(started) > _longest)
            {
                Write(group, frozen: false);
                throw new SandboxException($"Not all processes stood still within {_longest.TotalSeconds:0} s.");
            }

            if (!ControlGroups.IsUnified && Stopwatch.GetElapsedTime(lastThaw) > _thawAfter)
            {
                // Version 1 may wait forever for a process that was forked at the wrong moment: it has to be let go once.
                Write(group, frozen: false);
                await Task.Delay(10);
                lastThaw = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>Lets them go on.</summary>
    public static void Thaw(string group) => Write(group, frozen: false);

    /// <summary>Lets go on what stands still in any group below one.</summary>
    public static void ThawBelow(string group)
    {
        var folder = ControlGroups.Folder("freezer", group);
        foreach (var child in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            try
            {
                Thaw($"{group}/{Path.GetFileName(child)}");
            }
            catch (IOException)
            {
                // Gone meanwhile.
            }
        }
    }

    private static void Write(string group, bool frozen) => File.WriteAllText(
        ControlGroups.Folder("freezer", group) + (ControlGroups.IsUnified ? "/cgroup.freeze" : "/freezer.state"),
        ControlGroups.IsUnified ? (frozen ? "1" : "0") : (frozen ? "FROZEN" : "THAWED"));

    private static bool IsFrozen(string group) => ControlGroups.IsUnified
        ? File.ReadAllLines(ControlGroups.Folder("freezer", group) + "/cgroup.events").Contains("frozen 1")
        : File.ReadAllText(ControlGroups.Folder("freezer", group) + "/freezer.state").Trim() == "FROZEN";
}
