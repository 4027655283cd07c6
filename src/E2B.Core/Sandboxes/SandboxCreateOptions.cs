using System.Text.Json.Nodes;

namespace E2B;

/// <summary>What happens to a sandbox at the end of its lifetime.</summary>
public enum SandboxTimeoutAction
{
    /// <summary>It ends, with all it holds.</summary>
    Kill,

    /// <summary>It is paused and can be resumed.</summary>
    Pause,
}

/// <summary>The sandbox to make. Everything is optional.</summary>
public sealed class SandboxCreateOptions
{
    /// <summary>A template's name, <c>name:tag</c> or id, or a snapshot's id; <see langword="null"/> means <c>base</c>, or <c>mcp-gateway</c> with <see cref="Mcp"/>.</summary>
    public string? Template { get; set; }

    /// <summary>The sandbox's lifetime, counted from now, rounded up to whole seconds; <see langword="null"/> means 300 s.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The caller's own labels, to find the sandbox by.</summary>
    public IDictionary<string, string>? Metadata { get; set; }

    /// <summary>Environment variables of every process in the sandbox.</summary>
    public IDictionary<string, string>? Environment { get; set; }

    /// <summary>Whether the daemon in the sandbox asks for an access token. Only an open one can be used by others who know the id.</summary>
    public bool Secure { get; set; } = true;

    /// <summary>Whether the sandbox reaches the internet; <see langword="null"/> means it does.</summary>
    public bool? AllowInternetAccess { get; set; }

    /// <summary>Rules for traffic out of the sandbox and to its ports; <see langword="null"/> means none.</summary>
    public SandboxNetworkOptions? Network { get; set; }

    /// <summary>
    /// Tokens, by name, by which the sandbox shows others who it is: what a header of <see cref="SandboxEgressOptions.Rules"/>
    /// names by <see cref="SandboxIdentityToken.Placeholder"/>. Not every service has this.
    /// </summary>
    public IReadOnlyDictionary<string, SandboxIdentityToken>? IdentityTokens { get; set; }

    /// <summary>
    /// MCP servers to start: their configuration by name, for the program <c>mcp-gateway</c> of the template, which runs
    /// them when the create returns; <see langword="null"/> means none. <see cref="Sandbox.GetMcpUrlAsync"/> and
    /// <see cref="Sandbox.GetMcpTokenAsync"/> lead to it.
    /// </summary>
    public JsonObject? Mcp { get; set; }

    /// <summary>How long the start of the MCP servers may take; <see langword="null"/> means 60 s as in the official SDKs, zero means no limit.</summary>
    public TimeSpan? McpStartTimeout { get; set; }

    /// <summary>What happens at the end of the lifetime; <see langword="null"/> leaves it to the service, which ends the sandbox.</summary>
    public SandboxTimeoutAction? OnTimeout { get; set; }

    /// <summary>Whether a pause at the end of the lifetime keeps memory and processes. Only with <see cref="SandboxTimeoutAction.Pause"/>.</summary>
    public bool? KeepMemory { get; set; }

    /// <summary>Whether traffic wakes the sandbox once it is paused. Only with <see cref="SandboxTimeoutAction.Pause"/> that keeps the memory.</summary>
    public bool? AutoResume { get; set; }

    /// <summary>Volumes to mount: directory in the sandbox to volume name.</summary>
    public IDictionary<string, string>? VolumeMounts { get; set; }
}
