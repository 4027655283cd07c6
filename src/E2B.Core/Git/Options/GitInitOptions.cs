namespace E2B;

/// <summary>How to make a repository. Everything is optional.</summary>
public sealed class GitInitOptions : GitOptions
{
    /// <summary>Whether it has no files beside the repository itself.</summary>
    public bool Bare { get; set; }

    /// <summary>The name of the first branch; <see langword="null"/> means what git is set to.</summary>
    public string? InitialBranch { get; set; }
}
