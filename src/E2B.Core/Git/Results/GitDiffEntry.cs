namespace E2B;

/// <summary>A file that differs.</summary>
public sealed class GitDiffEntry
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its name, from the root of the repository.</summary>
    public required string Name { get; init; }

    /// <summary>The name it had, or that of which it is a copy; <see langword="null"/> when it was not renamed.</summary>
    public string? OldName { get; init; }

    /// <summary>What happened to it.</summary>
    public GitFileState Status { get; init; }

    /// <summary>How many lines came; <see langword="null"/> where there are no lines.</summary>
    public int? Additions { get; init; }

    /// <summary>How many lines went; <see langword="null"/> where there are no lines.</summary>
    public int? Deletions { get; init; }

    /// <summary>Whether it is no text, and so has no lines.</summary>
    public bool IsBinary => Additions is null;

    /// <summary>The name.</summary>
    public override string ToString() => OldName is null ? Name : $"{OldName} -> {Name}";
}
