namespace E2B;

/// <summary>A file of a repository in which something changed.</summary>
public sealed class GitFileStatus
{
    /// <summary>Its name, from the root of the repository. A directory that is not followed ends with a slash. Bytes that are no UTF-8 are U+FFFD.</summary>
    public required string Name { get; init; }

    /// <summary>The name it had, or that of which it is a copy; <see langword="null"/> when it was not renamed.</summary>
    public string? OldName { get; init; }

    /// <summary>What happened to it, in the index and beside it taken together.</summary>
    public GitFileState Status { get; init; }

    /// <summary>Git's letter for the index; a space when nothing changed there.</summary>
    public char IndexStatus { get; init; }

    /// <summary>Git's letter for the file itself; a space when it is as in the index.</summary>
    public char WorkTreeStatus { get; init; }

    /// <summary>Whether a change of it is staged.</summary>
    public bool IsStaged => !IsUntracked && !IsConflicted && IndexStatus != ' ';

    /// <summary>Whether a change of it is not staged.</summary>
    public bool IsUnstaged => !IsUntracked && !IsConflicted && WorkTreeStatus != ' ';

    /// <summary>Whether git does not follow it.</summary>
    public bool IsUntracked => Status == GitFileState.Untracked;

    /// <summary>Whether a merge could not put it together.</summary>
    public bool IsConflicted => Status == GitFileState.Conflicted;

    /// <summary>Whether it has another name than before.</summary>
    public bool IsRenamed => Status == GitFileState.Renamed;

    /// <summary>Git's two letters and the name.</summary>
    public override string ToString() => $"{IndexStatus}{WorkTreeStatus} {(OldName is null ? Name : $"{OldName} -> {Name}")}";
}
