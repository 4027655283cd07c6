using E2B.Transfers;

namespace E2B.Templates.Context;

/// <summary>Something that a copy step takes.</summary>
internal sealed record ContextEntry(string Path, ContextKind Kind)
{
    /// <summary>The type and permissions, as <c>stat</c> gives them.</summary>
    public required int Mode { get; init; }

    /// <summary>Bytes, as <c>stat</c> gives them.</summary>
    public required long Size { get; init; }

    /// <summary>The file that the content comes from.</summary>
    public required string SourcePath { get; init; }

    public DateTime ModifiedTime { get; init; }

    /// <summary>Where a link leads, when it is taken as a link.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>
    /// Whether it is in the archive. What is seen through a link that itself is taken counts for the hash, as in the official SDK, but is not packed:
    /// there it would lie on top of the link.
    /// </summary>
    public bool IsPacked { get; init; } = true;

    /// <summary>The content, which must stay as it was seen.</summary>
    public TransferEntry ToContent() => new(Path, EntryKind.File) { SourcePath = SourcePath, Size = Size, ModifiedTime = ModifiedTime };
}
