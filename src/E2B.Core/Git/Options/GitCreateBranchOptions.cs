namespace E2B;

/// <summary>How to create a branch. Everything is optional.</summary>
public sealed class GitCreateBranchOptions : GitOptions
{
    /// <summary>The commit, branch or tag at which it starts; <see langword="null"/> means where HEAD is.</summary>
    public string? Target { get; set; }
}
