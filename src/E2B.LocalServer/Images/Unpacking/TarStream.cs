using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace E2B.LocalServer.Images;

/// <summary>
/// Reads an archive from beginning to end: ustar, with the long names and sizes of pax and GNU. Not .NET's TarReader:
/// that reads headers of up to 2 GiB into memory, loses names that are not UTF-8, and takes the holes of sparse files
/// for content. What nobody should meet in a layer is an <see cref="InvalidDataException"/> here.
/// </summary>
internal sealed class TarStream(Stream stream)
{
    private const int Block = 512;
    private const int LongestHeader = 1 << 20;
    private const int MostHeaders = 16;

    private readonly byte[] _block = new byte[Block];
    private readonly byte[] _skipped = new byte[64 * 1024];
    private long _content;
    private long _padding;

    /// <summary>The next entry; what was not read of the one before is skipped.</summary>
    /// <returns><see langword="null"/> at the end.</returns>
    public async ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> extended = [];
        string? longName = null;
        string? longLink = null;
        for (int headers = 0; headers <= MostHeaders; headers++)
        {
            await SkipAsync(_content + _padding, cancellationToken);
            (_content, _padding) = (0, 0);
            if (!await ReadHeaderAsync(cancellationToken))
            {
                return null;
            }

            char type = (char)_block[156];
            long size = Number(_block.AsSpan(124, 12));
            switch (type)
            {
                case 'x':
                    extended = Records(await ReadTextAsync(size, cancellationToken));
                    break;
                case 'g':
                    _ = await ReadTextAsync(size, cancellationToken); // nothing in there is about single entries
                    break;
                case 'L':
                    longName = UpToZero(await ReadTextAsync(size, cancellationToken));
                    break;
                case 'K':
                    longLink = UpToZero(await ReadTextAsync(size, cancellationToken));
                    break;
                default:
                    return Entry(type, size, extended, longName, longLink);
            }
        }

        throw new InvalidDataException("an entry has too many headers");
    }

    /// <summary>Reads on in the content of the entry.</summary>
    /// <returns>0 at its end.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_content == 0)
        {
            return 0;
        }

        int count = await stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _content)], cancellationToken);
        _content -= count > 0 ? count : throw TooShort();
        return count;
    }

    private LayerEntry Entry(char type, long size, Dictionary<string, string> extended, string? longName, string? longLink)
    {
        if (type == 'S' || extended.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)))
        {
            throw new InvalidDataException("it has a sparse file, which is not supported");
        }

        size = extended.TryGetValue("size", out string? text) ? Decimal(text) : size;
        string name = extended.GetValueOrDefault("path") ?? longName ?? ShortName();
        LayerEntryKind kind = type switch
        {
            '0' or '\0' or '7' => name.EndsWith('/') ? LayerEntryKind.Directory : LayerEntryKind.File,
            '1' => LayerEntryKind.HardLink,
            '2' => LayerEntryKind.SymbolicLink,
            '5' => LayerEntryKind.Directory,
            _ => LayerEntryKind.Other,
        };

        // As in Go's reader, which all builders test with: these have no content, whatever their size says.
        _content = type is >= '1' and <= '6' ? 0 : size >= 0 ? size : throw new InvalidDataException("an entry has a negative size");
        _padding = -_content & (Block - 1);
        return new LayerEntry(
            name,
            kind,
            _content,
            (uint)Number(_block.AsSpan(100, 8)) & 0xfff,
            extended.TryGetValue("uid", out string? user) ? Decimal(user) : Number(_block.AsSpan(108, 8)),
            extended.TryGetValue("gid", out string? group) ? Decimal(group) : Number(_block.AsSpan(116, 8)),
            extended.TryGetValue("mtime", out string? time) ? Decimal(time.Split('.')[0]) : Number(_block.AsSpan(136, 12)),
            extended.GetValueOrDefault("linkpath") ?? longLink ?? UpToZero(Encoding.Latin1.GetString(_block, 157, 100)));
    }

    private string ShortName()
    {
        string name = UpToZero(Encoding.Latin1.GetString(_block, 0, 100));
        string prefix = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? UpToZero(Encoding.Latin1.GetString(_block, 345, 155)) : string.Empty;
        return prefix.Length == 0 ? name : prefix + "/" + name;
    }

    private async ValueTask<bool> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        int count = await stream.ReadAtLeastAsync(_block, Block, throwOnEndOfStream: false, cancellationToken);
        if (count == 0 || (count == Block && !_block.AsSpan().ContainsAnyExcept((byte)0)))
        {
            return false;
        }

        if (count < Block)
        {
            throw TooShort();
        }

        // The sum counts its own field as blanks; ancient programs summed signed bytes.
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < Block; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : _block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        long sum = Number(_block.AsSpan(148, 8));
        return sum == unsigned || sum == signed ? true : throw new InvalidDataException("it is no tar archive");
    }

    private async ValueTask<string> ReadTextAsync(long size, CancellationToken cancellationToken)
    {
        if (size is < 0 or > LongestHeader)
        {
            throw new InvalidDataException("an entry has a name or attributes of more than 1 MiB");
        }

        byte[] bytes = new byte[size];
        if (await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) < bytes.Length)
        {
            throw TooShort();
        }

        await SkipAsync(-size & (Block - 1), cancellationToken);
        return Encoding.Latin1.GetString(bytes);
    }

    private async ValueTask SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            int read = await stream.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(_skipped.Length, count)), cancellationToken);
            count -= read > 0 ? read : throw TooShort();
        }
    }

    /// <summary>Pax records: each its own length, a blank, <c>name=value</c> and the end of the line.</summary>
    private static Dictionary<string, string> Records(string text)
    {
        var records = new Dictionary<string, string>(StringComparer.Ordinal);
        int position = 0;
        while (position < text.Length)
        {
            int blank = text.IndexOf(' ', position);
            if (blank < 0
                || !int.TryParse(text.AsSpan(position, blank - position), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length > text.Length - position
                || length < blank - position + 2)
            {
                throw new InvalidDataException("an entry's attributes cannot be read");
            }

            string record = text[(blank + 1)..(position + length - 1)];
            int equal = record.IndexOf('=', StringComparison.Ordinal);
            if (equal > 0)
            {
                records[record[..equal]] = record[(equal + 1)..];
            }

            position += length;
        }

        return records;
    }

    /// <summary>Octal digits, or with the first bit set a number of bytes.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            ReadOnlySpan<byte> head = field[..^8];
            bool fits = head.Length == 0 ? false : (head[0] & 0x7f) == 0 && !head[1..].ContainsAnyExcept((byte)0);
            if (field.Length == 8)
            {
                return BinaryPrimitives.ReadInt64BigEndian(field) & 0x7fff_ffff_ffff_ffff;
            }

            return fits ? BinaryPrimitives.ReadInt64BigEndian(field[^8..]) : throw new InvalidDataException("an entry has a number that is out of range");
        }

        long value = 0;
        foreach (byte digit in field.Trim(" \0"u8))
        {
            value = digit is >= (byte)'0' and <= (byte)'7' ? (value * 8) + (digit - '0') : throw new InvalidDataException("an entry has a number that is none");
        }

        return value;
    }

    private static long Decimal(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw new InvalidDataException("an entry has a number that is none");

    private static string UpToZero(string text) => text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and int end ? text[..end] : text;

    private static InvalidDataException TooShort() => new("it ends too early");
}
