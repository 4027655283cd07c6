namespace E2B;

/// <summary>How to reset. Everything is optional.</summary>
public sealed class GitResetOptions : GitFilesOptions
{
    /// <summary>What is changed beside the branch; <see langword="null"/> means <see cref="GitResetMode.Mixed"/>. It does not go with files.</summary>
    public GitResetMode? Mode { get; set; }

    /// <summary>The commit, branch or tag to reset to; <see langword="null"/> means HEAD.</summary>
    public string? Target { get; set; }
}
