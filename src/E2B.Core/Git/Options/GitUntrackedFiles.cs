using System.Diagnostics.CodeAnalysis;

namespace E2B;

/// <summary>Which untracked files a status lists.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The words are git's own.")]
public enum GitUntrackedFiles
{
    /// <summary>None.</summary>
    No,

    /// <summary>Files, and directories without what is in them.</summary>
    Normal,

    /// <summary>All files.</summary>
    All,
}
