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

    /// <summary>For tests: takes single protections away, to see that an attack works without them.</summary>
    internal ProtectionOverrides? Overrides { get; init; }

    /// <summary>True when a sandbox started from the other would serve as well.</summary>
    internal bool IsSameAs(SandboxSpec other) =>
        Limits == other.Limits && Overrides is null && other.Overrides is null && Layers.SequenceEqual(other.Layers);
}
