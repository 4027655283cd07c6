using System.Text.Json;

namespace E2B.Protocol.Rest;

/// <summary>The body of <c>POST /sandboxes</c>.</summary>
public sealed record NewSandboxRequest
{
    /// <summary>A template's id, name, <c>name:tag</c>, or a snapshot's id.</summary>
    public required string TemplateID { get; init; }

    /// <summary>Lifetime in seconds.</summary>
    public int? Timeout { get; init; }

    /// <summary>Pause at the end of the lifetime instead of ending.</summary>
    public bool? AutoPause { get; init; }

    /// <summary>Whether that pause keeps the memory.</summary>
    public bool? AutoPauseMemory { get; init; }

    /// <summary>Whether traffic wakes a paused sandbox.</summary>
    public AutoResumeModel? AutoResume { get; init; }

    /// <summary>Whether the daemon wants an access token.</summary>
    public bool? Secure { get; init; }

    /// <summary>Whether the sandbox reaches the internet. On the wire in snake_case, unlike its neighbours.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("allow_internet_access")]
    public bool? AllowInternetAccess { get; init; }

    /// <summary>Rules for traffic out of and into the sandbox.</summary>
    public JsonElement? Network { get; init; }

    /// <summary>The caller's own labels.</summary>
    public IDictionary<string, string>? Metadata { get; init; }

    /// <summary>Environment variables of every process in the sandbox.</summary>
    public IDictionary<string, string>? EnvVars { get; init; }

    /// <summary>MCP servers to start.</summary>
    public JsonElement? Mcp { get; init; }

    /// <summary>Workload identity.</summary>
    public JsonElement? Iam { get; init; }

    /// <summary>Volumes to mount.</summary>
    public IReadOnlyList<VolumeMountModel>? VolumeMounts { get; init; }
}

/// <summary>Whether traffic wakes a paused sandbox.</summary>
/// <param name="Enabled">It does.</param>
public sealed record AutoResumeModel(bool Enabled);

/// <summary>A volume and where it appears.</summary>
/// <param name="Name">The volume's name.</param>
/// <param name="Path">The directory in the sandbox.</param>
public sealed record VolumeMountModel(string Name, string Path);

/// <summary>The answer to create and connect: what a client needs to talk to the sandbox.</summary>
public sealed record SandboxModel
{
    /// <summary>The template's id.</summary>
    public required string TemplateID { get; init; }

    /// <summary>The sandbox's id.</summary>
    public required string SandboxID { get; init; }

    /// <summary>The template's name, where it has one.</summary>
    public string? Alias { get; init; }

    /// <summary>Obsolete, and still required by old clients.</summary>
    public string ClientID { get; init; } = string.Empty;

    /// <summary>The version of the daemon in the sandbox: it decides what the client may ask of it.</summary>
    public required string EnvdVersion { get; init; }

    /// <summary>The daemon's token, when the sandbox is secure.</summary>
    public string? EnvdAccessToken { get; init; }

    /// <summary>The token for the sandbox's other ports, when they are restricted.</summary>
    public string? TrafficAccessToken { get; init; }

    /// <summary>The domain under which the sandbox's ports are found.</summary>
    public string? Domain { get; init; }
}

/// <summary>A sandbox in a list, and, with the later properties, the answer to <c>GET /sandboxes/{id}</c>.</summary>
public sealed record SandboxDetailModel
{
    /// <summary>The template's id.</summary>
    public required string TemplateID { get; init; }

    /// <summary>The sandbox's id.</summary>
    public required string SandboxID { get; init; }

    /// <summary>The template's name, where it has one.</summary>
    public string? Alias { get; init; }

    /// <summary>Obsolete, and still required by old clients.</summary>
    public string ClientID { get; init; } = string.Empty;

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When its lifetime ends.</summary>
    public required DateTimeOffset EndAt { get; init; }

    /// <summary>Processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory in MiB.</summary>
    public int MemoryMB { get; init; }

    /// <summary>Disk in MiB.</summary>
    public int DiskSizeMB { get; init; }

    /// <summary><c>running</c> or <c>paused</c>.</summary>
    public required string State { get; init; }

    /// <summary>The version of the daemon in the sandbox.</summary>
    public required string EnvdVersion { get; init; }

    /// <summary>The caller's own labels.</summary>
    public IDictionary<string, string>? Metadata { get; init; }

    /// <summary>Volumes in the sandbox.</summary>
    public IReadOnlyList<VolumeMountModel>? VolumeMounts { get; init; }

    /// <summary>Not in lists: the daemon's token, when the sandbox is secure.</summary>
    public string? EnvdAccessToken { get; init; }

    /// <summary>Not in lists: what the maker said of the internet; <see langword="null"/> when nothing.</summary>
    public bool? AllowInternetAccess { get; init; }

    /// <summary>Not in lists: the domain under which the sandbox's ports are found.</summary>
    public string? Domain { get; init; }

    /// <summary>Not in lists: the traffic rules.</summary>
    public NetworkModel? Network { get; init; }

    /// <summary>Not in lists: what happens at the end of the lifetime.</summary>
    public LifecycleModel? Lifecycle { get; init; }

    /// <summary>Of a paused sandbox of the local server alone: whether it comes back with its processes and memory, or only its files.</summary>
    public bool? MemoryKept { get; init; }
}

/// <summary>What happens at the end of a sandbox's lifetime.</summary>
/// <param name="AutoResume">Whether traffic wakes it again.</param>
/// <param name="OnTimeout"><c>kill</c> or <c>pause</c>.</param>
public sealed record LifecycleModel(bool AutoResume, string OnTimeout);

/// <summary>The body of <c>POST …/timeout</c>.</summary>
/// <param name="Timeout">Seconds from now.</param>
public sealed record TimeoutRequest(int Timeout);

/// <summary>The body of <c>POST …/refreshes</c>.</summary>
/// <param name="Duration">How many seconds it lives from now on at least, 0 to 3600.</param>
public sealed record RefreshRequest(int Duration);

/// <summary>The body of every error of the control plane.</summary>
/// <param name="Code">The HTTP status once more.</param>
/// <param name="Message">The service's words.</param>
public sealed record ErrorModel(int Code, string Message);

/// <summary>The body of the daemon's <c>POST /init</c>: what the control plane tells it when a sandbox becomes somebody's.</summary>
public sealed record InitRequest
{
    /// <summary>The token to ask for from now on; <see langword="null"/> leaves the daemon open.</summary>
    public string? AccessToken { get; init; }

    /// <summary>Environment variables of every process to come.</summary>
    public IDictionary<string, string>? EnvVars { get; init; }

    /// <summary>The user of requests that name none.</summary>
    public string? DefaultUser { get; init; }

    /// <summary>The directory of commands that name none.</summary>
    public string? DefaultWorkdir { get; init; }

    /// <summary>The clock of the control plane.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}

/// <summary>One file in the answer to an upload.</summary>
/// <param name="Name">The last part of the path.</param>
/// <param name="Path">The absolute path.</param>
/// <param name="Type"><c>file</c>.</param>
public sealed record WrittenFileModel(string Name, string Path, string Type)
{
    /// <summary>The metadata kept with the file, where there is any.</summary>
    public IDictionary<string, string>? Metadata { get; init; }
}
