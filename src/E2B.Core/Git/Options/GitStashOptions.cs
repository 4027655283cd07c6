namespace E2B;

/// <summary>What to stash. Everything is optional.</summary>
public sealed class GitStashOptions : GitFilesOptions
{
    /// <summary>A message; <see langword="null"/> means git's own.</summary>
    public string? Message { get; set; }

    /// <summary>Whether untracked files are stashed too.</summary>
    public bool IncludeUntracked { get; set; }
}
