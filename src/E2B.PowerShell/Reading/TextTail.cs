using System.Text;
using E2B.PowerShell.Encodings;

namespace E2B.PowerShell.Reading;

/// <summary>Reads the last lines of a file from its end backwards, block by block, without fetching what is before them.</summary>
internal sealed class TextTail(Sandbox sandbox, string path, SandboxFileOptions options)
{
    /// <summary>The first block, in bytes. Each further one is as large as all before it, so that few requests go far.</summary>
    private const int FirstBlock = 64 * 1024;

    /// <summary>The last lines.</summary>
    /// <param name="count">How many.</param>
    /// <param name="encoding">How they are encoded, unless the file says so itself.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<IReadOnlyList<string>> ReadAsync(int count, Encoding encoding, CancellationToken stop)
    {
        (byte[] bytes, long offset) = await ReadAsync(FileRange.Last(count == 0 ? 0 : FirstBlock), stop).ConfigureAwait(false);
        if (bytes.Length == 0)
        {
            return [];
        }

        byte[] start = offset == 0 ? bytes : (await ReadAsync(FileRange.Slice(0, ByteOrderMark.MaxLength), stop).ConfigureAwait(false)).Bytes;
        ByteOrderMark mark = ByteOrderMark.Read(start, encoding);
        int found;
        while ((found = FindLines(bytes, offset, count, mark)) < 0)
        {
            long size = Math.Min(bytes.Length, offset);
            byte[] before = (await ReadAsync(FileRange.Slice(offset - size, size), stop).ConfigureAwait(false)).Bytes;
            bytes = [.. before, .. bytes];
            offset -= size;
        }

        var lines = new TextLines(mark.Encoding);
        return [.. lines.Add(bytes.AsSpan(found)), .. lines.End()];
    }

    /// <summary>Where the last <paramref name="count"/> lines begin in the end of a file.</summary>
    /// <returns>-1 when they begin before it.</returns>
    internal static int FindLines(ReadOnlySpan<byte> bytes, long offset, int count, ByteOrderMark mark)
    {
        // In every encoding that matters here the bytes of an end of line, at their places, are nothing else.
        ReadOnlySpan<byte> lineFeed = mark.Encoding.GetBytes("\n");
        ReadOnlySpan<byte> carriageReturn = mark.Encoding.GetBytes("\r");
        int unit = lineFeed.Length;
        bool isStart = offset == 0;
        int first = isStart ? mark.Length : (int)((unit - ((offset - mark.Length) % unit)) % unit);
        int last = first + (((bytes.Length - first - 1) / unit) * unit);
        for (int at = last; at > first; at -= unit)
        {
            ReadOnlySpan<byte> before = bytes.Slice(at - unit, unit);
            bool begins = before.SequenceEqual(lineFeed)
                || (before.SequenceEqual(carriageReturn) && !bytes[at..].StartsWith(lineFeed));
            if (begins && --count == 0)
            {
                return at;
            }
        }

        return isStart ? Math.Min(first, bytes.Length) : -1;
    }

    private async Task<(byte[] Bytes, long Offset)> ReadAsync(FileRange range, CancellationToken stop)
    {
        SandboxFileStream content = await sandbox.Files.OpenReadAsync(path, range, options, stop).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            using var collected = new MemoryStream();
            await content.CopyToAsync(collected, stop).ConfigureAwait(false);
            return (collected.ToArray(), content.Offset);
        }
    }
}
