namespace E2B;

/// <summary>A tag.</summary>
public sealed class GitTag
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The commit it names.</summary>
    public required string Commit { get; init; }

    /// <summary>Whether it has a message, an author and a date of its own.</summary>
    public bool IsAnnotated { get; init; }

    /// <summary>The first line of its message, or of the commit's.</summary>
    public string Subject { get; init; } = string.Empty;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
