namespace E2B;

/// <summary>A snapshot: the state of a sandbox at one moment, from which sandboxes are made.</summary>
public sealed class SnapshotInfo
{
    /// <summary>What sandboxes are made from (<see cref="SandboxCreateOptions.Template"/>): an id or a name, with a tag.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>Its names, without a tag; empty when it has none.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The sandbox that it was made of, where that is known: right after it was made, and from a list of one sandbox's snapshots.</summary>
    public string? SourceSandboxId { get; init; }

    /// <summary>The id or name with which sandboxes are made from it.</summary>
    public override string ToString() => SnapshotId;
}
