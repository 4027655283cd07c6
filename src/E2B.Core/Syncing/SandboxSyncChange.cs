namespace E2B;

/// <summary>What a sync did, or would do, to an entry in the sandbox.</summary>
public enum SandboxSyncAction
{
    /// <summary>It was not there.</summary>
    Created,

    /// <summary>It was there, with another content, target or mode.</summary>
    Updated,

    /// <summary>It was there and is not any more; a directory with all it held.</summary>
    Deleted,
}

/// <summary>A change that a sync made, or would make, in the sandbox.</summary>
public sealed class SandboxSyncChange
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>What is done.</summary>
    public required SandboxSyncAction Action { get; init; }

    /// <summary>The entry's absolute path in the sandbox.</summary>
    public required string Path { get; init; }

    /// <summary>Its path relative to the directory that is synced.</summary>
    public required string Name { get; init; }

    /// <summary>What the entry is; of one that is deleted, was.</summary>
    public SandboxEntryType Type { get; init; }

    /// <summary>A file's bytes; 0 for everything else.</summary>
    public long Size { get; init; }

    /// <summary>What is done, and to what.</summary>
    public override string ToString() => $"{Action} {Path}";
}
