namespace E2B.Transfers;

internal enum EntryKind
{
    File,
    Directory,
    Link,
}

/// <summary>Something to be copied, as its listing shows it.</summary>
/// <param name="Path">Relative to the root of the copy, with a slash between names; empty for the root itself.</param>
/// <param name="Kind">What it is.</param>
internal sealed record TransferEntry(string Path, EntryKind Kind)
{
    public const UnixFileMode DefaultFileMode = (UnixFileMode)0b110_100_100;

    public const UnixFileMode DefaultDirectoryMode = (UnixFileMode)0b111_101_101;

    /// <summary>Bytes of a file.</summary>
    public long Size { get; init; }

    public UnixFileMode Mode { get; init; }

    public DateTimeOffset ModifiedTime { get; init; }

    /// <summary>Where a link leads; in a sandbox that is known only when it has been read.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Where it is on its own side.</summary>
    public required string SourcePath { get; init; }

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>For people: the entry, and its source when it is the root.</summary>
    public string Display => Path.Length > 0 ? Path : SourcePath;

    /// <summary>The path of what holds it; <see langword="null"/> for the root.</summary>
    public static string? ParentOf(string path) =>
        path.Length == 0 ? null : path.LastIndexOf('/') is var slash && slash >= 0 ? path[..slash] : string.Empty;

    /// <summary>A path below another, either of which may be empty.</summary>
    public static string Join(string parent, string name) => parent.Length == 0 ? name : name.Length == 0 ? parent : parent + "/" + name;

    public override string ToString() => Path;
}

/// <summary>A small entry with its content. The content is not used any more when the next one is asked for.</summary>
internal readonly record struct BulkItem(TransferEntry Entry, ReadOnlyMemory<byte> Content);
