namespace E2B;

/// <summary>Changes that were put aside.</summary>
public sealed class GitStashEntry
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its number; 0 is the last one that was made.</summary>
    public int Index { get; init; }

    /// <summary>The commit that holds it.</summary>
    public required string Commit { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Date { get; init; }

    /// <summary>What it is about.</summary>
    public required string Message { get; init; }

    /// <summary>The number and the message.</summary>
    public override string ToString() => $"stash@{{{Index}}} {Message}";
}
