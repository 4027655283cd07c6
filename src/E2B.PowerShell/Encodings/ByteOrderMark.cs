using System.Text;

namespace E2B.PowerShell.Encodings;

/// <summary>The mark with which a text says how it is encoded. It counts more than what a caller says, as with Get-Content.</summary>
/// <param name="Encoding">The encoding of the text.</param>
/// <param name="Length">How many bytes of the text are the mark.</param>
internal readonly record struct ByteOrderMark(Encoding Encoding, int Length)
{
    /// <summary>How many bytes have to be seen.</summary>
    public const int MaxLength = 4;

    /// <summary>Reads the mark.</summary>
    /// <param name="start">The text's first bytes.</param>
    /// <param name="otherwise">The encoding when there is none.</param>
    public static ByteOrderMark Read(ReadOnlySpan<byte> start, Encoding otherwise) => start switch
    {
        [0xEF, 0xBB, 0xBF, ..] => new(Encoding.UTF8, 3),

        // Before UTF-16, whose mark this one begins with.
        [0xFF, 0xFE, 0, 0, ..] => new(Encoding.UTF32, 4),
        [0, 0, 0xFE, 0xFF, ..] => new(new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4),
        [0xFF, 0xFE, ..] => new(Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => new(Encoding.BigEndianUnicode, 2),
        _ => new(otherwise, 0),
    };
}
