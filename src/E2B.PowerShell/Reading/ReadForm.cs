using System.Text;

namespace E2B.PowerShell.Reading;

/// <summary>How a file's content is wanted.</summary>
internal sealed record ReadForm
{
    /// <summary>All at once instead of line by line, or byte by byte.</summary>
    public bool Raw { get; init; }

    /// <summary>Bytes instead of text.</summary>
    public bool Bytes { get; init; }

    /// <summary>How the text is encoded, unless it says so itself.</summary>
    public required Encoding Encoding { get; init; }

    /// <summary>So many lines, or bytes, from the start; <see langword="null"/> for all.</summary>
    public long? First { get; init; }

    /// <summary>So many lines, or bytes, from the end; <see langword="null"/> for all.</summary>
    public int? Last { get; init; }

    /// <summary>What comes out says which sandbox and file it comes from. Single bytes cannot.</summary>
    public bool Tagged { get; init; }
}
