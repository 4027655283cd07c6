using System.Reflection;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What the server says of itself, each thing once.</summary>
internal static class ServerFacts
{
    /// <summary>The envd whose behaviour the agent has: clients choose what they ask for by it.</summary>
    public const string EnvdVersion = Agent.AgentVersion.EnvdVersion;

    /// <summary>Obsolete and required: old clients append it to sandbox ids. The cloud, too, sends one fixed value.</summary>
    public const string ClientId = "local000";

    /// <summary>How long a sandbox lives whose maker does not say, in the API's first version.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromSeconds(15);

    /// <summary>The same in its second version, which took over what the SDKs had been sending.</summary>
    public static readonly TimeSpan DefaultLifetimeV2 = TimeSpan.FromSeconds(Protocol.E2BDefaults.SandboxTimeoutSeconds);

    /// <summary>The cloud's longest lifetime, counted from the start. It depends on the plan there; this is the longer one.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(24);

    /// <summary>What a sandbox of the base template may use, as in the cloud.</summary>
    public static readonly SandboxLimits BaseLimits = new(CpuCount: 2, MemoryMB: 512, DiskSizeMB: 10_240);

    /// <summary>The name of the template with the code interpreter's service.</summary>
    public const string InterpreterTemplate = "code-interpreter-v1";

    /// <summary>The port of its service.</summary>
    public const int InterpreterPort = 49999;

    /// <summary>What its sandboxes may use, as in the cloud: kernels and what they compute need more memory.</summary>
    public static readonly SandboxLimits InterpreterLimits = BaseLimits with { MemoryMB = 2048 };

    /// <summary>How large a volume can become; its disk takes from the host what is in it.</summary>
    public const int VolumeSizeMB = 10_240;

    /// <summary>The program's version.</summary>
    public static string Version { get; } =
        typeof(ServerFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
