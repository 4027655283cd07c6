using System.Globalization;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>Looks at the start whether this machine can run sandboxes, and says what to do when it cannot.</summary>
public static class StartupChecks
{
    /// <summary>The number of CAP_SYS_ADMIN.</summary>
    private const int SystemAdministration = 21;

    private static readonly Version _oldestKernel = new(5, 19);

    /// <summary>
    /// Throws <see cref="StartupCheckException"/> when something is missing; its message names all of it, with the
    /// commands that mend it. To be called before <see cref="MountNamespace.EnterAndReexec"/> too, which without root
    /// could only say "not permitted".
    /// </summary>
    public static void Run()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new StartupCheckException("Sandboxes need Linux. On Windows, run the server in WSL 2.");
        }

        string?[] problems =
        [
            CheckUser(Libc.GetEffectiveUserId()) ?? CheckCapabilities(File.ReadAllLines("/proc/self/status")),
            CheckKernel(Environment.OSVersion.Version),
            HostPrograms.Missing(HostPrograms.Needed),
            CheckLoopDevices("/dev/loop-control"),
            CheckFileSystems(File.ReadAllText("/proc/filesystems"), Load),
            CheckUserNamespaces("/proc/sys/user/max_user_namespaces"),
            CheckSystemCallFilters("/proc/sys/kernel/seccomp/actions_avail"),
            CheckControllers(ControlGroups.HasController),
        ];
        if (string.Join(". ", problems.Where(problem => problem is not null)) is { Length: > 0 } message)
        {
            throw new StartupCheckException(message);
        }
    }

    /// <summary>Whether this process may make mounts, and so a mount namespace of its own.</summary>
    internal static bool MayMount => Libc.GetEffectiveUserId() == 0 && HasSystemAdministration(File.ReadLines("/proc/self/status"));

    internal static string? CheckUser(uint user) => user == 0
        ? null
        : $"Sandboxes need root, and this is user {user}: whatever control groups are delegated to it, an ordinary user can neither mount "
            + $"the disks that limit what sandboxes write, nor give each sandbox user ids of its own. Start the server as root: {CommandAsRoot()} (or without isolation: --isolation none)";

    internal static string? CheckCapabilities(IEnumerable<string> status) => HasSystemAdministration(status)
        ? null
        : "Sandboxes need a root that may mount, and this one may not. Inside a container, start that with --privileged";

    internal static string? CheckKernel(Version kernel) => kernel >= _oldestKernel
        ? null
        : $"Sandboxes need Linux {_oldestKernel} or later (id-mapped layers of an overlay); this is {kernel}. Install a newer kernel";

    internal static string? CheckLoopDevices(string control) => File.Exists(control)
        ? null
        : $"Sandboxes need loop devices for their disks, and there is no {control}. Load the module: modprobe loop. In a container, start that with --privileged";

    /// <param name="known">The file systems the kernel knows at the moment, a line each.</param>
    /// <param name="load">Loads a module, as far as that can be done.</param>
    internal static string? CheckFileSystems(string known, Action<string> load)
    {
        var missing = new List<string>();
        foreach (var name in (string[])["overlay", "ext4"])
        {
            if (!Knows(known, name))
            {
                load(name);
                if (!Knows(File.ReadAllText("/proc/filesystems"), name))
                {
                    missing.Add(name);
                }
            }
        }

        return missing.Count == 0
            ? null
            : $"Sandboxes need the file systems overlay and ext4, and this kernel does not know {string.Join(" and ", missing)}. Load the modules: modprobe {string.Join("; modprobe ", missing)}";
    }

    internal static string? CheckUserNamespaces(string setting) => File.Exists(setting) && File.ReadAllText(setting).Trim() != "0"
        ? null
        : "Sandboxes need user namespaces, and this kernel allows none. Allow them: sysctl -w user.max_user_namespaces=65536";

    internal static string? CheckSystemCallFilters(string actions) => File.Exists(actions)
        ? null
        : "Sandboxes need filters for system calls (seccomp), and this kernel has none. Install a kernel with CONFIG_SECCOMP_FILTER";

    internal static string? CheckControllers(Func<string, bool> isThere)
    {
        string[] missing = [.. ((string[])["memory", "cpu", "pids", "freezer"]).Where(controller => !isThere(controller))];
        return missing.Length == 0
            ? null
            : $"Sandboxes need the control group controllers {string.Join(", ", missing)}, which are not there. Mount cgroup2 at /sys/fs/cgroup "
                + "(mount -t cgroup2 none /sys/fs/cgroup), or start the kernel with them enabled";
    }

    /// <summary>This program as it was started, for root to start: by its full path, since root's PATH is another.</summary>
    private static string CommandAsRoot()
    {
        string[] arguments = Environment.GetCommandLineArgs();
        string program = Environment.ProcessPath ?? "dotnet";
        return string.Join(' ', (string[])["sudo", program, .. Path.GetFileName(program) == "dotnet" ? arguments : arguments[1..]]);
    }

    private static bool HasSystemAdministration(IEnumerable<string> status)
    {
        var line = status.First(text => text.StartsWith("CapEff:", StringComparison.Ordinal));
        var capabilities = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (capabilities & (1UL << SystemAdministration)) != 0;
    }

    private static bool Knows(string known, string fileSystem) => known.Split(['\n', '\t', ' ']).Contains(fileSystem);

    private static void Load(string module)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start("/sbin/modprobe", ["-q", module]);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is none: then it is as it is.
        }
    }
}
