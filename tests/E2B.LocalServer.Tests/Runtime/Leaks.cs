using E2B.LocalServer.Native;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Runtime;

/// <summary>Looks for what sandboxes may leave on the host.</summary>
internal static class Leaks
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<string> Find(SandboxRuntimeOptions options)
    {
        var found = new List<string>();
        found.AddRange(Mounts.Below(options.MountDirectory).Where(point => point != options.MountDirectory).Select(point => "mount " + point));
        found.AddRange(LoopDevice.Attached(options.DataDirectory).Select(device => $"loop device {device.Device} of {device.Image}"));
        found.AddRange(ControlGroups.Find(options.ControlGroup).SelectMany(Directory.EnumerateDirectories).Select(group => "control group " + group));
        foreach (var folder in (string[])[options.SandboxesDirectory, options.MountDirectory, options.BundleDirectory, options.SocketDirectory, options.RuncDirectory])
        {
            if (Directory.Exists(folder))
            {
                found.AddRange(Directory.EnumerateFileSystemEntries(folder).Select(entry => "file " + entry));
            }
        }

        return found;
    }

    /// <summary>After the runtime's end nothing at all is left, not even what holds its sandboxes' things.</summary>
    public static async Task AssertClosedAsync(SandboxRuntimeOptions options)
    {
        await AssertNoneAsync(options);
        Assert.Empty(ControlGroups.Find(options.ControlGroup));
        Assert.Empty(Mounts.Below(options.RuntimeDirectory));
        Assert.False(Directory.Exists(options.RuntimeDirectory));
    }

    /// <summary>Another container's start holds copies of all mounts for a few milliseconds, so this looks more than once.</summary>
    public static async Task AssertNoneAsync(SandboxRuntimeOptions options)
    {
        var deadline = DateTime.UtcNow + _patience;
        IReadOnlyList<string> found;
        while ((found = Find(options)).Count > 0 && DateTime.UtcNow < deadline)
        {
            await Task.Delay(50, CancellationToken.None);
        }

        Assert.True(found.Count == 0, "Left behind:\n" + string.Join('\n', found));
    }
}
