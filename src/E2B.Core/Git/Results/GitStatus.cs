namespace E2B;

/// <summary>What a repository looks like.</summary>
public sealed class GitStatus
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The repository, as it was given.</summary>
    public required string Repository { get; init; }

    /// <summary>The current branch; <see langword="null"/> when HEAD is at none.</summary>
    public string? Branch { get; init; }

    /// <summary>The commit that HEAD is at; <see langword="null"/> before the first one.</summary>
    public string? Commit { get; init; }

    /// <summary>The upstream of the branch, such as <c>origin/main</c>; <see langword="null"/> when it has none.</summary>
    public string? Upstream { get; init; }

    /// <summary>Whether the upstream is set and not there.</summary>
    public bool IsUpstreamGone { get; init; }

    /// <summary>How many commits the branch has that the upstream has not.</summary>
    public int Ahead { get; init; }

    /// <summary>How many commits the upstream has that the branch has not.</summary>
    public int Behind { get; init; }

    /// <summary>Whether HEAD is at a commit and at no branch.</summary>
    public bool IsDetached { get; init; }

    /// <summary>The files in which something changed.</summary>
    public IReadOnlyList<GitFileStatus> Files { get; init; } = [];

    /// <summary>Whether nothing changed.</summary>
    public bool IsClean => Files.Count == 0;

    /// <summary>The files with a change that is staged.</summary>
    public IReadOnlyList<GitFileStatus> Staged => Files.Where(static file => file.IsStaged).ToArray();

    /// <summary>The files with a change that is not staged. One can be in both lists.</summary>
    public IReadOnlyList<GitFileStatus> Unstaged => Files.Where(static file => file.IsUnstaged).ToArray();

    /// <summary>The files that git does not follow.</summary>
    public IReadOnlyList<GitFileStatus> Untracked => Files.Where(static file => file.IsUntracked).ToArray();

    /// <summary>The files that a merge could not put together.</summary>
    public IReadOnlyList<GitFileStatus> Conflicted => Files.Where(static file => file.IsConflicted).ToArray();

    /// <summary>The files that have another name.</summary>
    public IReadOnlyList<GitFileStatus> Renamed => Files.Where(static file => file.IsRenamed).ToArray();
}
