namespace E2B;

/// <summary>What an entry is.</summary>
public enum SandboxEntryType
{
    /// <summary>Something else: a device, a socket, a named pipe.</summary>
    Other,

    /// <summary>A file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,
}

/// <summary>A file, directory or link in a sandbox.</summary>
public sealed class SandboxEntry
{
    /// <summary>The sandbox that it is in.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The last part of the path.</summary>
    public required string Name { get; init; }

    /// <summary>The absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public SandboxEntryType Type { get; init; }

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Type == SandboxEntryType.Directory;

    /// <summary>Bytes. In the answer to a write: as many as were sent.</summary>
    public long Size { get; init; }

    /// <summary>The permission bits as a number; 0 in the answer to a write, as everything below is unset there.</summary>
    public int Mode { get; init; }

    /// <summary>The permissions as <c>ls</c> shows them.</summary>
    public string? Permissions { get; init; }

    /// <summary>The owning user.</summary>
    public string? Owner { get; init; }

    /// <summary>The owning group.</summary>
    public string? Group { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? ModifiedTime { get; init; }

    /// <summary>Where a symbolic link leads.</summary>
    public string? SymlinkTarget { get; init; }

    /// <summary>What was kept with the file at its upload; empty when there is nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
