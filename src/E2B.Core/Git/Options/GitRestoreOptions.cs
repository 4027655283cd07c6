namespace E2B;

/// <summary>How to restore files. Everything is optional.</summary>
public sealed class GitRestoreOptions : GitOptions
{
    /// <summary>Whether the index is restored, that is, files are unstaged.</summary>
    public bool? Staged { get; set; }

    /// <summary>Whether the files themselves are restored; <see langword="null"/> means that they are unless <see cref="Staged"/> is said.</summary>
    public bool? WorkTree { get; set; }

    /// <summary>The commit, branch or tag to restore from; <see langword="null"/> means the index, or HEAD for the index itself.</summary>
    public string? Source { get; set; }

    /// <summary>Whether the files are names to be taken as they are, and not git's pathspecs.</summary>
    public bool LiteralFiles { get; set; }
}
