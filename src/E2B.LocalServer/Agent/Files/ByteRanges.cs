using System.Globalization;

namespace E2B.LocalServer.Agent.Files;

/// <summary>What a <c>Range</c> header asks for, understood as Go's <c>http.ServeContent</c> does, which the daemon uses.</summary>
internal readonly record struct ByteRanges(IReadOnlyList<(long Start, long Length)> Parts, ByteRanges.Verdict Outcome)
{
    private const string Unit = "bytes=";

    internal enum Verdict
    {
        /// <summary>Send the parts.</summary>
        Some,

        /// <summary>Send the whole file.</summary>
        Whole,

        /// <summary>The header cannot be understood.</summary>
        Invalid,

        /// <summary>The file ends before all of the parts.</summary>
        Outside,
    }

    public static ByteRanges Parse(string header, long size)
    {
        if (header.Length == 0)
        {
            return new([], Verdict.Whole);
        }

        if (!header.StartsWith(Unit, StringComparison.Ordinal))
        {
            return new([], Verdict.Invalid);
        }

        var parts = new List<(long Start, long Length)>();
        bool outside = false;
        foreach (string item in header[Unit.Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryParseOne(item, size, out (long Start, long Length) part))
            {
                return new([], Verdict.Invalid);
            }

            if (part.Length < 0)
            {
                outside = true;
                continue;
            }

            parts.Add(part);
        }

        if (parts.Count == 0)
        {
            // Of an empty file everything is sent: some clients add a range to every request.
            return new([], outside && size > 0 ? Verdict.Outside : Verdict.Whole);
        }

        // More than there is: that saves nobody anything.
        return new(parts, parts.Sum(part => part.Length) > size ? Verdict.Whole : Verdict.Some);
    }

    /// <returns><see langword="false"/> when it cannot be understood. A length of -1 says that the file ends before the part.</returns>
    private static bool TryParseOne(string item, long size, out (long Start, long Length) part)
    {
        part = default;
        int dash = item.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            return false;
        }

        string first = item[..dash].Trim();
        string last = item[(dash + 1)..].Trim();
        if (first.Length == 0)
        {
            if (!TryParseNumber(last, out long count))
            {
                return false;
            }

            count = Math.Min(count, size);
            part = (size - count, count);
            return true;
        }

        if (!TryParseNumber(first, out long start))
        {
            return false;
        }

        if (start >= size)
        {
            part = (start, -1);
            return true;
        }

        long end = size - 1;
        if (last.Length > 0 && (!TryParseNumber(last, out end) || end < start))
        {
            return false;
        }

        part = (start, Math.Min(end, size - 1) - start + 1);
        return true;
    }

    private static bool TryParseNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
