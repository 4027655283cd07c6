using System.Globalization;
using System.Text;

namespace E2B.Templates.Context.Archives;

/// <summary>
/// Headers of tar archives: of POSIX's <c>ustar</c> format, and of its successor where a name, link or size does not fit. .NET's writer is not used for
/// them: it puts the number of the process into the second kind.
/// </summary>
internal static class TarHeader
{
    public const int BlockSize = 512;

    private const int NameLength = 100;
    private const long LargestSize = 0x1_FFFF_FFFF;

    // The moment that npm's packages have. Zip, and with it many a tool, knows no time before 1980.
    private const long Time = 499162500;

    /// <summary>The blocks that go before an entry's content.</summary>
    public static byte[] Of(ContextEntry entry)
    {
        string path = entry.Kind == ContextKind.Directory ? entry.Path.Length == 0 ? "./" : entry.Path + "/" : entry.Path;
        string link = entry.LinkTarget ?? string.Empty;
        long size = entry.Kind == ContextKind.File ? entry.Size : 0;
        byte type = (byte)(entry.Kind switch { ContextKind.Directory => '5', ContextKind.Link => '2', _ => '0' });

        var extended = new MemoryStream();
        AppendRecord(extended, "path", path, !Fits(path));
        AppendRecord(extended, "linkpath", link, !Fits(link));
        AppendRecord(extended, "size", size.ToString(CultureInfo.InvariantCulture), size > LargestSize);

        byte[] header = Block(path, link, entry.Mode & UnixStatus.PermissionMask, Math.Min(size, LargestSize), type);
        if (extended.Length == 0)
        {
            return header;
        }

        byte[] records = extended.ToArray();
        byte[] blocks = new byte[BlockSize + records.Length + Padding(records.Length) + BlockSize];
        Block("PaxHeader", string.Empty, 0b110_100_100, records.Length, (byte)'x').CopyTo(blocks, 0);
        records.CopyTo(blocks, BlockSize);
        header.CopyTo(blocks, blocks.Length - BlockSize);
        return blocks;
    }

    /// <summary>How many zeros fill the last block of so many bytes.</summary>
    public static int Padding(long length) => (int)((BlockSize - (length % BlockSize)) % BlockSize);

    private static bool Fits(string text) => text.Length <= NameLength && Ascii.IsValid(text);

    private static byte[] Block(string path, string link, int mode, long size, byte type)
    {
        byte[] block = new byte[BlockSize];
        Text(block, 0, NameLength, path);
        Octal(block, 100, 8, mode);
        Octal(block, 108, 8, 0);
        Octal(block, 116, 8, 0);
        Octal(block, 124, 12, size);
        Octal(block, 136, 12, Time);
        block[156] = type;
        Text(block, 157, NameLength, link);
        Text(block, 257, 8, "ustar\000");

        // The sum is taken with spaces in its own place.
        block.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block)
        {
            sum += value;
        }

        Octal(block, 148, 7, sum);
        return block;
    }

    /// <summary>A text, as far as it fits: where it does not, a record before it holds the whole.</summary>
    private static void Text(byte[] block, int at, int length, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        bytes.AsSpan(0, Math.Min(bytes.Length, length)).CopyTo(block.AsSpan(at));
    }

    private static void Octal(byte[] block, int at, int length, long number) =>
        Encoding.ASCII.GetBytes(Convert.ToString(number, 8).PadLeft(length - 1, '0') + "\0").CopyTo(block, at);

    /// <summary>A record says its own length, the digits of that included.</summary>
    private static void AppendRecord(MemoryStream records, string key, string value, bool isNeeded)
    {
        if (!isNeeded)
        {
            return;
        }

        byte[] rest = Encoding.UTF8.GetBytes($" {key}={value}\n");
        int length = rest.Length;
        while (length != rest.Length + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length = rest.Length + length.ToString(CultureInfo.InvariantCulture).Length;
        }

        records.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        records.Write(rest);
    }
}
