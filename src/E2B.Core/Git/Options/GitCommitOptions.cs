namespace E2B;

/// <summary>How to commit. Everything is optional.</summary>
public sealed class GitCommitOptions : GitOptions
{
    /// <summary>The name of the author, who is the committer as well; <see langword="null"/> means what git is set to.</summary>
    public string? AuthorName { get; set; }

    /// <summary>The author's address.</summary>
    public string? AuthorEmail { get; set; }

    /// <summary>Whether a commit without changes is made.</summary>
    public bool AllowEmpty { get; set; }
}
