using E2B.LocalServer.Network;

namespace E2B.LocalServer.Runtime;

/// <summary>What all sandboxes of a runtime share.</summary>
internal sealed record SandboxParts(
    SandboxRuntimeOptions Options, BaseFileSystem Base, DiskImages Disks, IdRangeAllocator IdRanges, Runc Runc, SandboxNetwork? Network, VolumeDisks Volumes)
{
    private readonly Lazy<AgentCommand> _agentOfImages = new(() => AgentLibraries.Add(Options.Agent, Path.Combine(Options.BaseDirectory, "agent")));

    /// <summary>The agent for sandboxes whose root is an image's, whatever libraries that has. Made at the first use.</summary>
    public AgentCommand AgentOfImages => _agentOfImages.Value;
}
