using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>
/// Removes what a server that crashed has left of its sandboxes. Only to be called while this process holds the
/// data folder's lock, so that nothing of a living server is met.
/// </summary>
internal static class LeftoverCleaner
{
    private static readonly TimeSpan _longestDeath = TimeSpan.FromSeconds(10);

    public static async Task CleanAsync(SandboxRuntimeOptions options, Runc runc)
    {
        KillProcesses(options.ControlGroup);
        foreach (var container in runc.Containers())
        {
            await runc.DeleteAsync(container);
        }

        await EndProcessesAsync(options.ControlGroup);
        foreach (var mount in Mounts.Below(options.MountDirectory))
        {
            Mounts.Unmount(mount);
        }

        if (Mounts.Below(options.MountDirectory) is { Count: > 0 } mounts)
        {
            // What is deleted below must not reach through a mount.
            throw new SandboxException($"{mounts[0]} is left of an earlier server and cannot be unmounted.");
        }

        LoopDevice.DetachBelow(options.SandboxesDirectory);
        ControlGroups.Remove(options.ControlGroup);
        foreach (var folder in (string[])
            [options.SandboxesDirectory, options.MountDirectory, options.SocketDirectory, options.BundleDirectory, options.RuncDirectory])
        {
            Folders.Delete(folder);
        }
    }

    /// <summary>A server that dies while runc runs leaves processes which runc does not know of yet.</summary>
    private static async Task EndProcessesAsync(string controlGroup)
    {
        var deadline = DateTime.UtcNow + _longestDeath;
        while (KillProcesses(controlGroup) && DateTime.UtcNow < deadline)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Paused sandboxes stand still: what is killed there dies once it may go on, and does nothing else.</summary>
    private static bool KillProcesses(string controlGroup)
    {
        var processes = ControlGroups.Processes(controlGroup).ToArray();
        foreach (var process in processes)
        {
            ProcessWatcher.KillProcess(process);
        }

        Freezer.ThawBelow(controlGroup);
        return processes.Length > 0;
    }
}
