namespace E2B.Protocol;

/// <summary>The header names of the service's own.</summary>
public static class E2BHeaders
{
    /// <summary>The API key, on every request to the control plane.</summary>
    public const string ApiKey = "X-API-KEY";

    /// <summary>The sandbox's own token, on requests to the daemon of a secure sandbox.</summary>
    public const string AccessToken = "X-Access-Token";

    /// <summary>Which sandbox a request through the common edge is for.</summary>
    public const string SandboxId = "E2b-Sandbox-Id";

    /// <summary>Which of its ports.</summary>
    public const string SandboxPort = "E2b-Sandbox-Port";

    /// <summary>Opens the ports of a sandbox whose traffic is restricted.</summary>
    public const string TrafficAccessToken = "E2b-Traffic-Access-Token";

    /// <summary>In the answer to a list: where the next page starts. Absent on the last page.</summary>
    public const string NextToken = "X-Next-Token";

    /// <summary>In the answer to a list: how many sandboxes run in all.</summary>
    public const string TotalRunning = "X-Total-Running";

    /// <summary>In the answer to connect, when the sandbox was paused: <c>memory</c>, or <c>files</c> when its processes are lost. The local server alone sends it.</summary>
    public const string ResumedFrom = "E2b-Resumed-From";

    /// <summary>Seconds between keepalive frames that a client asks for.</summary>
    public const string KeepalivePingInterval = "Keepalive-Ping-Interval";

    /// <summary>Milliseconds a call may take. On Start the daemon kills the process when they have passed.</summary>
    public const string ConnectTimeout = "Connect-Timeout-Ms";

    /// <summary>Always <c>1</c>.</summary>
    public const string ConnectProtocolVersion = "Connect-Protocol-Version";

    /// <summary>Before the key of an uploaded file's metadata.</summary>
    public const string MetadataPrefix = "X-Metadata-";
}
