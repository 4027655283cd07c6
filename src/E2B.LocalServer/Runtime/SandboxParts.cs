using E2B.LocalServer.Network;

namespace E2B.LocalServer.Runtime;

/// <summary>What all sandboxes of a runtime share.</summary>
internal sealed record SandboxParts(
    SandboxRuntimeOptions Options, BaseFileSystem Base, DiskImages Disks, IdRangeAllocator IdRanges, Runc Runc, SandboxNetwork? Network, VolumeDisks Volumes);
