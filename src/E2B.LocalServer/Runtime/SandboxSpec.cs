namespace E2B.LocalServer.Runtime;

/// <summary>What a sandbox is started from.</summary>
public sealed record SandboxSpec
{
    public ResourceLimits Limits { get; init; } = new();

    /// <summary>
    /// Folders of layers above the base, the lowest first, each as <see cref="RunningSandbox.SaveLayerAsync"/> leaves
    /// one. They must not change while a sandbox uses them.
    /// </summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>
    /// A disk kept by <see cref="RunningSandbox.KeepDiskAsync"/>, to go on with in place of an empty one; limits and
    /// layers must be those it was made with. It stays where it is, the same file, and shows what the sandbox writes.
    /// </summary>
    public string? Disk { get; init; }

    /// <summary>Volumes to mount.</summary>
    public IReadOnlyList<SandboxVolume> Volumes { get; init; } = [];

    /// <summary>Whether the code interpreter's service runs in it.</summary>
    public bool Interpreter { get; init; }

    /// <summary>For tests: takes single protections away, to see that an attack works without them.</summary>
    internal ProtectionOverrides? Overrides { get; init; }

    /// <summary>True when a sandbox started from the other would serve as well.</summary>
    internal bool IsSameAs(SandboxSpec other) =>
        Limits == other.Limits && Interpreter == other.Interpreter && Disk is null && other.Disk is null && Volumes.Count == 0 && other.Volumes.Count == 0 && Overrides is null && other.Overrides is null && Layers.SequenceEqual(other.Layers);
}
