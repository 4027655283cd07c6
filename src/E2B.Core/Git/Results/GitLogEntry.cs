namespace E2B;

/// <summary>A commit.</summary>
public sealed class GitLogEntry
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its hash.</summary>
    public required string Commit { get; init; }

    /// <summary>The hash as short as it can be told from others.</summary>
    public required string ShortCommit { get; init; }

    /// <summary>The hashes of those before it: none for the first, several for a merge.</summary>
    public IReadOnlyList<string> Parents { get; init; } = [];

    /// <summary>The author's name.</summary>
    public required string AuthorName { get; init; }

    /// <summary>The author's address.</summary>
    public required string AuthorEmail { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset AuthorDate { get; init; }

    /// <summary>The committer's name.</summary>
    public required string CommitterName { get; init; }

    /// <summary>The committer's address.</summary>
    public required string CommitterEmail { get; init; }

    /// <summary>When it was committed.</summary>
    public DateTimeOffset CommitterDate { get; init; }

    /// <summary>The first paragraph of the message, in one line.</summary>
    public required string Subject { get; init; }

    /// <summary>The rest of the message.</summary>
    public string Body { get; init; } = string.Empty;

    /// <summary>The full names of the branches and tags at it, such as <c>refs/heads/main</c>; <c>HEAD</c> is among them.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>The short hash and the subject.</summary>
    public override string ToString() => $"{ShortCommit} {Subject}";
}
