namespace E2B;

/// <summary>What happened in a watched directory.</summary>
public enum SandboxFileEventType
{
    /// <summary>An entry was made, or moved to here.</summary>
    Create,

    /// <summary>A file was written to.</summary>
    Write,

    /// <summary>An entry was removed. Of the watched directory itself it is the last event.</summary>
    Remove,

    /// <summary>An entry was moved away from here; where it went to in the watched directory is a <see cref="Create"/>.</summary>
    Rename,

    /// <summary>An entry's permissions, owner or times were changed.</summary>
    Chmod,

    /// <summary>Nothing that happened: the connection was lost, and events may be missing. The directory is watched again.</summary>
    Gap,

    /// <summary>Nothing that happened: more did than the daemon could queue, and events are missing. The directory is watched again.</summary>
    Overflow,
}
