using System.Globalization;
using System.Text;

namespace E2B.PowerShell.Agents;

/// <summary>
/// Text of any length of which the beginning and the end are kept: what a command does is said at its beginning, how it
/// ended at its end.
/// </summary>
/// <param name="kept">How many characters of each.</param>
internal sealed class CutText(int kept)
{
    private readonly StringBuilder _start = new();
    private readonly StringBuilder _end = new();
    private long _length;

    public bool IsEmpty => _length == 0;

    public void AppendLine(string line)
    {
        Append(line);
        Append("\n");
    }

    public void Append(string text)
    {
        _length += text.Length;
        int toStart = Math.Min(text.Length, kept - _start.Length);
        _start.Append(text, 0, toStart);
        int from = Math.Max(toStart, text.Length - kept);
        _end.Append(text, from, text.Length - from);
        if (_end.Length > 2 * kept)
        {
            _end.Remove(0, _end.Length - kept);
        }
    }

    /// <summary>The text, or both ends of it with a mark between that says how much is missing.</summary>
    /// <param name="limit">How many characters at most, without the mark.</param>
    /// <param name="isCut">Whether something is missing.</param>
    public string ToString(int limit, out bool isCut)
    {
        isCut = _length > Math.Min(limit, 2L * kept);
        if (!isCut)
        {
            return string.Concat(_start, _end);
        }

        int half = Math.Min(limit / 2, kept);
        string start = Whole(_start.ToString(0, Math.Min(half, _start.Length)));
        string rest = _end.Length >= half ? _end.ToString(_end.Length - half, half) : string.Concat(_start, _end)[^half..];
        string end = rest.Length > 0 && char.IsLowSurrogate(rest[0]) ? rest[1..] : rest;
        return string.Create(CultureInfo.InvariantCulture, $"{start}\n[… {_length - start.Length - end.Length} characters left out …]\n{end}");
    }

    /// <summary>A text, or both ends of it.</summary>
    public static string Of(string text, int limit, out bool isCut)
    {
        var cut = new CutText(Math.Max(limit, 1));
        cut.Append(text);
        return cut.ToString(limit, out isCut);
    }

    /// <summary>Without half a character at its end.</summary>
    private static string Whole(string text) => text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
}
