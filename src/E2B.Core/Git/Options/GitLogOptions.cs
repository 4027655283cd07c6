namespace E2B;

/// <summary>Which commits to list. Everything is optional.</summary>
public sealed class GitLogOptions : GitFilesOptions
{
    /// <summary>The commit, branch, tag or range (<c>main..feature</c>) to list; <see langword="null"/> means HEAD.</summary>
    public string? Target { get; set; }

    /// <summary>How many commits at most; <see langword="null"/> means all.</summary>
    public int? MaxCount { get; set; }

    /// <summary>How many commits to leave out first.</summary>
    public int Skip { get; set; }
}
