using System.Buffers;
using System.Text;
using E2B.Commands;

namespace E2B;

/// <summary>Makes lines of bytes that arrive in pieces cut anywhere. For one stream and one thread.</summary>
/// <remarks>
/// A line ends with LF or CR LF, which do not belong to it; a CR elsewhere does. Bytes that are no UTF-8 become U+FFFD.
/// </remarks>
public sealed class Utf8LineDecoder
{
    /// <summary>The longest line that is kept together unless the maker says otherwise: 16 MiB.</summary>
    public const int DefaultMaxLineBytes = 16 * 1024 * 1024;

    private readonly int _maxLineBytes;
    private ArrayBufferWriter<byte>? _carry;
    private LineSeam _seam;
    private bool _carriesRestOfLine;

    /// <summary>Makes a decoder.</summary>
    /// <param name="maxLineBytes">A line with more bytes is handed out in pieces, so that output without an end of line does not fill the memory.</param>
    public Utf8LineDecoder(int maxLineBytes = DefaultMaxLineBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLineBytes, 4);
        _maxLineBytes = maxLineBytes;
    }

    private int Carried => _carry?.WrittenCount ?? 0;

    /// <summary>Takes the next piece and adds the lines that it completes.</summary>
    /// <param name="chunk">The bytes; not needed any more afterwards.</param>
    /// <param name="lines">Where the lines go.</param>
    /// <returns>How many lines were added.</returns>
    public int Decode(ReadOnlySpan<byte> chunk, ICollection<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        int before = lines.Count;
        chunk = _seam.Take(chunk);
        int end = chunk.IndexOf((byte)'\n');
        if (end >= 0 && _carry is { WrittenCount: > 0 })
        {
            _carry.Write(chunk[..end]);
            lines.Add(ToLine(_carry.WrittenSpan));
            _carry.ResetWrittenCount();
            _carriesRestOfLine = false;
            chunk = chunk[(end + 1)..];
        }

        while ((end = chunk.IndexOf((byte)'\n')) >= 0)
        {
            lines.Add(ToLine(chunk[..end]));
            chunk = chunk[(end + 1)..];
        }

        Keep(chunk, lines);
        return lines.Count - before;
    }

    /// <summary>Says that nothing comes any more.</summary>
    /// <returns>The last line, when it had no end; <see langword="null"/> when nothing was left.</returns>
    public string? Flush()
    {
        if (Carried == 0)
        {
            return null;
        }

        string line = Encoding.UTF8.GetString(_carry!.WrittenSpan);
        _carry.ResetWrittenCount();
        _carriesRestOfLine = false;
        return line;
    }

    /// <summary>Says that output may be missing here (<see cref="CommandStream.Gap"/>): no line is then made of two.</summary>
    /// <returns>
    /// The unfinished line, which is dropped here and whose end is not waited for; <see langword="null"/> when there was none.
    /// What comes next counts from its first end of line on, unless it starts a line for sure.
    /// </returns>
    public string? Gap()
    {
        bool isUnfinished = Carried > 0 || _carriesRestOfLine;
        string? line = Flush();
        _seam.Break(isUnfinished);
        return line;
    }

    private static string ToLine(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && bytes[^1] == (byte)'\r')
        {
            bytes = bytes[..^1];
        }

        return Encoding.UTF8.GetString(bytes);
    }

    private void Keep(ReadOnlySpan<byte> rest, ICollection<string> lines)
    {
        if (rest.IsEmpty)
        {
            return;
        }

        _carry ??= new ArrayBufferWriter<byte>();
        _carry.Write(rest);
        while (Carried > _maxLineBytes)
        {
            byte[] kept = _carry.WrittenSpan.ToArray();
            int cut = CharacterBoundary(kept, _maxLineBytes);
            lines.Add(Encoding.UTF8.GetString(kept.AsSpan(0, cut)));
            _carry.ResetWrittenCount();
            _carry.Write(kept.AsSpan(cut));
            _carriesRestOfLine = true;
        }
    }

    /// <summary>The last position up to <paramref name="limit"/> that is not within a character.</summary>
    private static int CharacterBoundary(ReadOnlySpan<byte> bytes, int limit)
    {
        int cut = limit;
        while (cut > limit - 4 && cut > 1 && (bytes[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return (bytes[cut] & 0xC0) == 0x80 ? limit : cut;
    }
}
