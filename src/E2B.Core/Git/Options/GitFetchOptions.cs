namespace E2B;

/// <summary>What to fetch. Everything is optional.</summary>
public sealed class GitFetchOptions : GitRemoteOptions
{
    /// <summary>The remote; <see langword="null"/> means that of the branch, else <c>origin</c>.</summary>
    public string? Remote { get; set; }

    /// <summary>The branch of the remote, which has to be named then; <see langword="null"/> means what the remote is set to.</summary>
    public string? Branch { get; set; }

    /// <summary>How many commits of the history to fetch; <see langword="null"/> means all.</summary>
    public int? Depth { get; set; }

    /// <summary>Whether remote branches that are not there any more are forgotten.</summary>
    public bool Prune { get; set; }

    /// <summary>Whether all tags are fetched.</summary>
    public bool Tags { get; set; }
}
