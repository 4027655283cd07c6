namespace E2B.Protocol;

/// <summary>Numbers and names that the service and all its clients agree on.</summary>
public static class E2BDefaults
{
    /// <summary>The port of the daemon in a sandbox.</summary>
    public const int DaemonPort = 49983;

    /// <summary>The port of a local API in debug mode.</summary>
    public const int DebugApiPort = 3000;

    /// <summary>The cloud's domain.</summary>
    public const string Domain = "e2b.app";

    /// <summary>The template that is meant when none is named.</summary>
    public const string Template = "base";

    /// <summary>The id that a sandbox has in debug mode.</summary>
    public const string DebugSandboxId = "debug_sandbox_id";

    /// <summary>The user that is meant when none is named.</summary>
    public const string User = "user";

    /// <summary>How long a sandbox lives when its maker does not say: 300 seconds, as in the official SDKs.</summary>
    public const int SandboxTimeoutSeconds = 300;
}
