using System.Globalization;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>Looks at the start whether this machine can run sandboxes, and says what to do when it cannot.</summary>
public static class StartupChecks
{
    /// <summary>The number of CAP_SYS_ADMIN.</summary>
    private const int SystemAdministration = 21;

    private static readonly Version _oldestKernel = new(5, 19);
    private static readonly string[] _programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>
    /// Throws <see cref="StartupCheckException"/> for the first thing that is missing. To be called before
    /// <see cref="MountNamespace.EnterAndReexec"/> too, which without root could only say "not permitted".
    /// </summary>
    public static void Run()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new StartupCheckException("Sandboxes need Linux. On Windows, run the server in WSL 2.");
        }

        CheckUser(Libc.GetEffectiveUserId());
        CheckCapabilities(File.ReadAllLines("/proc/self/status"));
        CheckKernel(Environment.OSVersion.Version);
        Find("runc", "runc");
        Find("mkfs.ext4", "e2fsprogs");
        Find("unshare", "util-linux");
        CheckLoopDevices();
        CheckControllers();
    }

    /// <summary>Whether this process may make mounts, and so a mount namespace of its own.</summary>
    internal static bool MayMount => Libc.GetEffectiveUserId() == 0 && HasSystemAdministration(File.ReadLines("/proc/self/status"));

    internal static string Find(string program, string package) =>
        _programFolders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new StartupCheckException($"Sandboxes need '{program}', which is not installed. Install it: apt-get install {package}");

    internal static void CheckUser(uint user)
    {
        if (user != 0)
        {
            throw new StartupCheckException(
                "Sandboxes need root: only root can limit what they use and give each its own disk. Start the server as root (sudo).");
        }
    }

    internal static void CheckCapabilities(IEnumerable<string> status)
    {
        if (!HasSystemAdministration(status))
        {
            throw new StartupCheckException(
                "Sandboxes need a root that may mount, and this one may not. Inside a container, start that with --privileged.");
        }
    }

    private static bool HasSystemAdministration(IEnumerable<string> status)
    {
        var line = status.First(text => text.StartsWith("CapEff:", StringComparison.Ordinal));
        var capabilities = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (capabilities & (1UL << SystemAdministration)) != 0;
    }

    internal static void CheckKernel(Version kernel)
    {
        if (kernel < _oldestKernel)
        {
            throw new StartupCheckException(
                $"Sandboxes need Linux {_oldestKernel} or later (id-mapped layers of an overlay); this is {kernel}. Install a newer kernel.");
        }
    }

    private static void CheckLoopDevices()
    {
        if (!File.Exists("/dev/loop-control"))
        {
            throw new StartupCheckException(
                "Sandboxes need loop devices for their disks, and there is no /dev/loop-control. Load the module: modprobe loop. In a container, start that with --privileged.");
        }
    }

    private static void CheckControllers()
    {
        foreach (var controller in (string[])["memory", "cpu", "pids"])
        {
            if (!ControlGroups.HasController(controller))
            {
                throw new StartupCheckException(
                    $"Sandboxes need the control group controller '{controller}', which is not there. Mount cgroup2 at /sys/fs/cgroup (mount -t cgroup2 none /sys/fs/cgroup), or start the kernel with it enabled.");
            }
        }
    }
}
