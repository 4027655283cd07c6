using System.Text.Json.Nodes;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>What one sandbox of a test has other than usual.</summary>
internal sealed class ProtectionChange
{
    private readonly List<Action<JsonObject>> _steps = [];

    public int MemoryMiB { get; set; } = 256;

    public int DiskMiB { get; set; } = 96;

    public long? OpenFiles { get; set; }

    public void Configure(Action<JsonObject> step) => _steps.Add(step);

    public void WithoutSystemCallFilter() => Configure(config => config["linux"]!.AsObject().Remove("seccomp"));

    public void AddCapability(string name) => Configure(config =>
    {
        foreach (var (_, set) in config["process"]!["capabilities"]!.AsObject())
        {
            set!.AsArray().Add(name);
        }
    });

    public void WithoutNamespace(string type) => Configure(config => config["linux"]!["namespaces"]!.AsArray().Remove(Namespace(config, type)));

    /// <summary>Runs in another process's namespace in place of its own.</summary>
    public void Join(string type, int process)
    {
        string file = type switch { "network" => "net", "mount" => "mnt", _ => type };
        Configure(config => Namespace(config, type)["path"] = $"/proc/{process}/ns/{file}");
    }

    /// <summary>Root inside is the host's root: what stands between them then is the other protections.</summary>
    public void WithoutUserNamespace()
    {
        WithoutNamespace("user");
        Configure(config =>
        {
            config["linux"]!.AsObject().Remove("uidMappings");
            config["linux"]!.AsObject().Remove("gidMappings");
        });
    }

    /// <summary>
    /// A user namespace that is made with the container, and so belongs to the host's root. Only then can others'
    /// namespaces be joined.
    /// </summary>
    public void OwnedByRoot() => Configure(config => Namespace(config, "user").AsObject().Remove("path"));

    /// <summary>How many processes there may be; any number without one.</summary>
    public void LimitProcesses(int? most) => Configure(config => config["linux"]!["resources"]!["pids"]!["limit"] = most ?? 4000);

    /// <summary>The host's processes are seen.</summary>
    public void WithoutPidNamespace()
    {
        WithoutNamespace("pid");
        Configure(config =>
        {
            JsonNode proc = Mount(config, "/proc");
            proc["type"] = "bind";
            proc["source"] = "/proc";
            proc["options"] = new JsonArray("rbind", "nosuid", "noexec", "nodev");
        });
    }

    /// <summary>The kernel lets nobody mount a view of a network that is not theirs, nor change it.</summary>
    public void WithoutNetworkMounts() => Configure(config =>
    {
        config["linux"]!.AsObject().Remove("sysctl");
        RemoveMount(config, "/sys");
    });

    public void AddMount(string destination, string type, string source, params string[] options) =>
        Configure(config => AddMountTo(config, destination, type, source, options));

    public void Apply(JsonObject config)
    {
        foreach (Action<JsonObject> step in _steps)
        {
            step(config);
        }
    }

    public static void AddMountTo(JsonObject config, string destination, string type, string source, params string[] options) =>
        config["mounts"]!.AsArray().Add(new JsonObject
        {
            ["destination"] = destination,
            ["type"] = type,
            ["source"] = source,
            ["options"] = new JsonArray([.. options.Select(option => JsonValue.Create(option))]),
        });

    public static void RemoveMount(JsonObject config, string destination) => config["mounts"]!.AsArray().Remove(Mount(config, destination));

    public static JsonNode Mount(JsonObject config, string destination) =>
        config["mounts"]!.AsArray().Single(entry => (string)entry!["destination"]! == destination)!;

    private static JsonNode Namespace(JsonObject config, string type) =>
        config["linux"]!["namespaces"]!.AsArray().Single(entry => (string)entry!["type"]! == type)!;
}
