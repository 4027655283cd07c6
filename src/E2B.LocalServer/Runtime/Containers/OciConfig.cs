using System.Globalization;
using System.Text.Json.Nodes;

namespace E2B.LocalServer.Runtime;

/// <summary>Writes what runc is to run, in the Open Container Initiative's form.</summary>
internal static class OciConfig
{
    private const int CpuPeriod = 100_000;

    /// <summary>
    /// When the host itself runs short of memory, sandboxes go first. Not the highest score: what the agent starts
    /// should have a higher one, so that it goes before the agent does.
    /// </summary>
    private const int OutOfMemoryScore = 200;

    private const long Mebibyte = 1024 * 1024;

    /// <summary>What a sandbox's root may do, to things of its own namespaces only.</summary>
    private static readonly string[] _capabilities =
    [
        "CAP_AUDIT_WRITE", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_MKNOD",
        "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
    ];

    private static readonly string[] _maskedPaths =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
        "/sys/firmware",
    ];

    private static readonly string[] _readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    /// <summary>The configuration of a container in a control group (named relative to the hierarchies' roots).</summary>
    public static JsonObject Build(string root, string controlGroup, ResourceLimits limits, IdRange idRange, AgentCommand agent) => new()
    {
        ["ociVersion"] = "1.0.2",
        ["hostname"] = EtcFiles.HostName,
        ["root"] = new JsonObject { ["path"] = root },
        ["process"] = Process(agent),
        ["mounts"] = FileSystems(limits),
        ["linux"] = new JsonObject
        {
            ["cgroupsPath"] = "/" + controlGroup,
            ["namespaces"] = Namespaces(idRange),
            ["uidMappings"] = Mapping(idRange.First),
            ["gidMappings"] = Mapping(idRange.First),
            ["resources"] = Resources(limits),
            ["sysctl"] = new JsonObject
            {
                // Inside, any user may listen on any port and ping: the network is the sandbox's own.
                ["net.ipv4.ip_unprivileged_port_start"] = "0",
                ["net.ipv4.ping_group_range"] = "0 65535",
            },
            ["maskedPaths"] = Strings(_maskedPaths),
            ["readonlyPaths"] = Strings(_readOnlyPaths),
            ["seccomp"] = SeccompProfile.Build(),
        },
    };

    /// <summary>
    /// Adds volumes to a configuration. runc makes the folders they are mounted at, in the container, so that no link
    /// in there leads out of it.
    /// </summary>
    public static void AddVolumes(JsonObject config, IEnumerable<(string Source, string Destination)> volumes)
    {
        foreach ((string source, string destination) in volumes)
        {
            config["mounts"]!.AsArray().Add(FileSystem(destination, "bind", source, "bind", "rw", "nosuid", "nodev"));
        }
    }

    private static JsonObject Process(AgentCommand agent) => new()
    {
        ["terminal"] = false,
        ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
        ["cwd"] = "/",
        ["args"] = Strings(agent.Arguments),
        ["env"] = Strings(agent.Environment.Select(variable => $"{variable.Key}={variable.Value}")),
        ["noNewPrivileges"] = true,
        ["oomScoreAdj"] = OutOfMemoryScore,
        ["capabilities"] = new JsonObject
        {
            ["bounding"] = Strings(_capabilities),
            ["effective"] = Strings(_capabilities),
            ["permitted"] = Strings(_capabilities),
        },
    };

    private static JsonArray FileSystems(ResourceLimits limits)
    {
        var sharedMemory = limits.MemoryMiB * Mebibyte / 2;
        return
        [
            FileSystem("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            FileSystem("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
            FileSystem("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
            FileSystem("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", string.Create(CultureInfo.InvariantCulture, $"size={sharedMemory}")),
            FileSystem("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
            FileSystem("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        ];
    }

    private static JsonArray Namespaces(IdRange idRange) =>
    [
        new JsonObject { ["type"] = "user", ["path"] = idRange.UserNamespacePath },
        .. ((string[])["pid", "ipc", "uts", "mount", "network", "cgroup"]).Select(type => new JsonObject { ["type"] = type }),
    ];

    private static JsonObject Resources(ResourceLimits limits)
    {
        var memory = limits.MemoryMiB * Mebibyte;
        var memoryLimits = new JsonObject { ["limit"] = memory };
        if (ControlGroups.CountsSwap)
        {
            // Memory and swap together: none of it is swap.
            memoryLimits["swap"] = memory;
        }

        return new JsonObject
        {
            ["memory"] = memoryLimits,
            ["cpu"] = new JsonObject { ["quota"] = (long)(limits.CpuCount * CpuPeriod), ["period"] = CpuPeriod },
            ["pids"] = new JsonObject { ["limit"] = limits.Processes },
            ["devices"] = new JsonArray { new JsonObject { ["allow"] = false, ["access"] = "rwm" } },
        };
    }

    private static JsonArray Mapping(uint firstId) =>
        [new JsonObject { ["containerID"] = 0, ["hostID"] = firstId, ["size"] = IdRange.Count }];

    private static JsonObject FileSystem(string destination, string type, string source, params string[] options) => new()
    {
        ["destination"] = destination,
        ["type"] = type,
        ["source"] = source,
        ["options"] = Strings(options),
    };

    private static JsonArray Strings(IEnumerable<string> items) => [.. items.Select(item => JsonValue.Create(item))];
}
