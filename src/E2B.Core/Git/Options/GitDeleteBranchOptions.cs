namespace E2B;

/// <summary>How to delete a branch. Everything is optional.</summary>
public sealed class GitDeleteBranchOptions : GitOptions
{
    /// <summary>Whether to delete it also when its commits are not merged.</summary>
    public bool Force { get; set; }
}
