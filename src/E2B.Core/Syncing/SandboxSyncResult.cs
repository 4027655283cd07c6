namespace E2B;

/// <summary>What one pass of a sync did.</summary>
public sealed record SandboxSyncResult
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The local directory.</summary>
    public required string LocalPath { get; init; }

    /// <summary>The directory in the sandbox: an absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>How many entries were made.</summary>
    public int Created => Changes.Count(static change => change.Action == SandboxSyncAction.Created);

    /// <summary>How many entries were changed.</summary>
    public int Updated => Changes.Count(static change => change.Action == SandboxSyncAction.Updated);

    /// <summary>How many entries were removed; a directory with all it held counts as one.</summary>
    public int Deleted => Changes.Count(static change => change.Action == SandboxSyncAction.Deleted);

    /// <summary>How many entries that were looked at are the same on both sides.</summary>
    public int Unchanged { get; init; }

    /// <summary>Bytes copied.</summary>
    public long Bytes { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>When it was done.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>What was done, in its order.</summary>
    public IReadOnlyList<SandboxSyncChange> Changes { get; init; } = [];

    /// <summary>What could not be synced, and why. The rest was.</summary>
    public IReadOnlyList<TransferFailure> Failures { get; init; } = [];

    /// <summary>What else should be known, in words.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Throws the first failure, if there is one.</summary>
    /// <returns>This result.</returns>
    public SandboxSyncResult EnsureComplete()
    {
        if (Failures.Count > 0)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Failures[0].Exception);
        }

        return this;
    }
}
