using System.Globalization;
using System.Net.Http.Headers;

namespace E2B;

/// <summary>Which part of a file is meant. The default value is all of it.</summary>
public readonly record struct FileRange
{
    private FileRange(long? offset, long? length) => (Offset, Length) = (offset, length);

    /// <summary>Where it starts, in bytes from the file's start; <see langword="null"/> when it is counted from the end, and for the default value.</summary>
    public long? Offset { get; }

    /// <summary>How many bytes at most; <see langword="null"/> means up to the file's end.</summary>
    public long? Length { get; }

    internal bool IsWhole => Offset is null or 0 && Length is null;

    /// <summary>Whether it is counted from the end.</summary>
    internal bool IsLast => Offset is null && Length is not null;

    internal long Start => Offset ?? 0;

    /// <summary>From an offset to the file's end.</summary>
    /// <param name="offset">Bytes from the file's start. The file's size itself is allowed: nothing is read then.</param>
    /// <exception cref="E2BInvalidArgumentException">It is negative.</exception>
    public static FileRange From(long offset) => new(Require(offset, "offset"), null);

    /// <summary>A piece of the file; shorter where the file ends before it does.</summary>
    /// <param name="offset">Bytes from the file's start. The file's size itself is allowed: nothing is read then.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="E2BInvalidArgumentException">One of them is negative.</exception>
    public static FileRange Slice(long offset, long length) => new(Require(offset, "offset"), Require(length, "length"));

    /// <summary>The end of the file; all of it where it is not longer.</summary>
    /// <param name="count">Bytes.</param>
    /// <exception cref="E2BInvalidArgumentException">It is negative.</exception>
    public static FileRange Last(long count) => new(null, Require(count, "count"));

    /// <summary>The range in words.</summary>
    public override string ToString() => (Offset, Length) switch
    {
        (null, { } count) => string.Create(CultureInfo.InvariantCulture, $"the last {count} bytes"),
        (_, { } length) => string.Create(CultureInfo.InvariantCulture, $"{length} bytes from {Start} on"),
        _ => string.Create(CultureInfo.InvariantCulture, $"from byte {Start} on"),
    };

    /// <summary>What is asked of the service; <see langword="null"/> for all of the file.</summary>
    /// <remarks>HTTP has no range of no bytes. One byte is asked for then: it tells the file's size.</remarks>
    internal RangeHeaderValue? ToHeader()
    {
        if (IsWhole)
        {
            return null;
        }

        if (IsLast)
        {
            return Length > 0 ? new RangeHeaderValue(null, Length) : new RangeHeaderValue(0, 0);
        }

        return Length is { } length && length <= long.MaxValue - Start
            ? new RangeHeaderValue(Start, Start + Math.Max(length, 1) - 1)
            : new RangeHeaderValue(Start, null);
    }

    /// <summary>Where the range starts in a file of this size, and how many bytes of it there are.</summary>
    /// <returns>A negative length when it starts past the end.</returns>
    internal (long Start, long Length) In(long size)
    {
        if (IsLast)
        {
            long count = Math.Min(Length!.Value, size);
            return (size - count, count);
        }

        return (Start, Math.Min(Length ?? long.MaxValue, size - Start));
    }

    private static long Require(long number, string what) => number >= 0
        ? number
        : throw new E2BInvalidArgumentException($"The {what} of a file's range is negative. Give 0 or more bytes.");
}
