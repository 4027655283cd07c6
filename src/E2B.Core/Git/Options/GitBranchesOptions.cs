namespace E2B;

/// <summary>Which branches to list. Everything is optional.</summary>
public sealed class GitBranchesOptions : GitOptions
{
    /// <summary>Whether to list the branches of remotes, as they were last fetched, as well.</summary>
    public bool IncludeRemotes { get; set; }
}
