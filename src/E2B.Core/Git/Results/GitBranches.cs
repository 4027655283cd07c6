namespace E2B;

/// <summary>The branches of a repository.</summary>
public sealed class GitBranches
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The repository, as it was given.</summary>
    public required string Repository { get; init; }

    /// <summary>The name of the current one; <see langword="null"/> when HEAD is at none, or there is no commit yet.</summary>
    public string? Current => All.FirstOrDefault(static branch => branch.IsCurrent)?.Name;

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<GitBranch> All { get; init; } = [];
}
