namespace E2B;

/// <summary>How to look at a repository's status. Everything is optional.</summary>
public sealed class GitStatusOptions : GitOptions
{
    /// <summary>Which untracked files are listed; <see langword="null"/> means as git is set to, which is <see cref="GitUntrackedFiles.Normal"/>.</summary>
    public GitUntrackedFiles? UntrackedFiles { get; set; }
}
