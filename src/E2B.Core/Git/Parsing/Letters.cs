namespace E2B.Git;

/// <summary>Git's letters for what happened to a file.</summary>
internal static class Letters
{
    /// <summary>Where there are two, the one that comes first here says what happened, as in the official SDKs.</summary>
    public static readonly (char Letter, GitFileState State)[] Ordered =
    [
        ('U', GitFileState.Conflicted),
        ('R', GitFileState.Renamed),
        ('C', GitFileState.Copied),
        ('D', GitFileState.Deleted),
        ('A', GitFileState.Added),
        ('M', GitFileState.Modified),
        ('T', GitFileState.TypeChanged),
        ('?', GitFileState.Untracked),
    ];
}
