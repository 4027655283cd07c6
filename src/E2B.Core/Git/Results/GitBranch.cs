namespace E2B;

/// <summary>A branch.</summary>
public sealed class GitBranch
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its name; that of a remote's branch begins with the remote, such as <c>origin/main</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Whether HEAD is at it.</summary>
    public bool IsCurrent { get; init; }

    /// <summary>Whether it is a remote's, as it was last fetched.</summary>
    public bool IsRemote { get; init; }

    /// <summary>Its last commit.</summary>
    public required string Commit { get; init; }

    /// <summary>Its upstream, such as <c>origin/main</c>; <see langword="null"/> when it has none.</summary>
    public string? Upstream { get; init; }

    /// <summary>Whether the upstream is set and not there.</summary>
    public bool IsUpstreamGone { get; init; }

    /// <summary>How many commits it has that the upstream has not.</summary>
    public int Ahead { get; init; }

    /// <summary>How many commits the upstream has that it has not.</summary>
    public int Behind { get; init; }

    /// <summary>The first line of the last commit's message.</summary>
    public string Subject { get; init; } = string.Empty;

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
