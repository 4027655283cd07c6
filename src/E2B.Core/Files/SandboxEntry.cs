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

    /// <summary>A symbolic link. Today's daemons tell the type of what a link leads to instead.</summary>
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

    /// <summary>
    /// What it is. A symbolic link has the type of what it leads to, or <see cref="SandboxEntryType.Other"/> when that is nothing: whether
    /// it is a link, <see cref="SymlinkTarget"/> says.
    /// </summary>
    public SandboxEntryType Type { get; init; }

    /// <summary>Whether it is a directory, or a symbolic link to one.</summary>
    public bool IsDirectory => Type == SandboxEntryType.Directory;

    /// <summary>Bytes. In the answer to a write: as many as were sent.</summary>
    public long Size { get; init; }

    /// <summary>The permission bits as a number, of a symbolic link those of what it leads to; 0 in the answer to a write, as everything below is unset there.</summary>
    public int Mode { get; init; }

    /// <summary>The permissions as <c>ls</c> shows them.</summary>
    public string? Permissions { get; init; }

    /// <summary>The owning user.</summary>
    public string? Owner { get; init; }

    /// <summary>The owning group.</summary>
    public string? Group { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset? ModifiedTime { get; init; }

    /// <summary>
    /// Of a symbolic link, where it leads in the end, as an absolute path without links; its own path when that is nothing.
    /// <see langword="null"/> for everything else. What is written in the link itself, the service does not tell.
    /// </summary>
    public string? SymlinkTarget { get; init; }

    /// <summary>What was kept with the file at its upload; empty when there is nothing.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The path.</summary>
    public override string ToString() => Path;
}
