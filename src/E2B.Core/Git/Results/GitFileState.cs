namespace E2B;

/// <summary>What has happened to a file.</summary>
public enum GitFileState
{
    /// <summary>Something that is not known here.</summary>
    Unknown,

    /// <summary>Its content changed.</summary>
    Modified,

    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>It has another name.</summary>
    Renamed,

    /// <summary>It is a copy.</summary>
    Copied,

    /// <summary>It became a link, or a file, or a submodule.</summary>
    TypeChanged,

    /// <summary>Git does not follow it.</summary>
    Untracked,

    /// <summary>Both sides of a merge changed it.</summary>
    Conflicted,
}
