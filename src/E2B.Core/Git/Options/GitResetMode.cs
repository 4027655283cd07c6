namespace E2B;

/// <summary>What a reset changes beside the branch.</summary>
public enum GitResetMode
{
    /// <summary>Nothing.</summary>
    Soft,

    /// <summary>The index.</summary>
    Mixed,

    /// <summary>The index and the files: changes are lost.</summary>
    Hard,

    /// <summary>The index and the files, but not changes that are not staged.</summary>
    Merge,

    /// <summary>The index and the files; it fails where that would lose changes.</summary>
    Keep,
}
