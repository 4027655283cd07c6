namespace E2B;

/// <summary>What to compare. Everything is optional.</summary>
public sealed class GitDiffOptions : GitFilesOptions
{
    /// <summary>The commit, branch, tag or range (<c>main..feature</c>) to compare with; <see langword="null"/> means the index, or HEAD with <see cref="Staged"/>.</summary>
    public string? Target { get; set; }

    /// <summary>Whether what is staged is compared, and not the files.</summary>
    public bool Staged { get; set; }
}
