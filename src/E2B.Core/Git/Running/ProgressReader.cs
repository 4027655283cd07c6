using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace E2B.Git;

/// <summary>
/// Reads what git writes to stderr: what says how far it is goes one way, and what is a message the other. Lines of
/// progress end with a carriage return, or are complete and look like it.
/// </summary>
internal sealed partial class ProgressReader(IProgress<GitProgress>? progress)
{
    /// <summary>A message is no longer than that; what comes after it is dropped.</summary>
    private const int MaxMessageLength = 256 * 1024;

    private readonly Decoder _decoder = new UTF8Encoding(false).GetDecoder();
    private readonly StringBuilder _line = new();
    private readonly StringBuilder _message = new();

    /// <summary>The message so far.</summary>
    public string Message => _message.ToString() + (Parse(_line.ToString()) is null ? _line.ToString() : string.Empty);

    public void Add(ReadOnlySpan<byte> data)
    {
        char[] text = new char[_decoder.GetCharCount(data, flush: false)];
        _decoder.GetChars(data, text, flush: false);
        foreach (char c in text)
        {
            if (c is '\r' or '\n')
            {
                EndLine(isProgress: c == '\r');
            }
            else if (_line.Length < MaxMessageLength)
            {
                _line.Append(c);
            }
        }
    }

    /// <summary>Output may be missing here.</summary>
    public void Gap() => _line.Clear();

    /// <summary>What a line says of progress; nothing when it is something else.</summary>
    public static GitProgress? Parse(string line)
    {
        Match match = Pattern().Match(line);
        if (!match.Success)
        {
            return null;
        }

        bool isCounted = match.Groups["total"].Success;
        return new GitProgress(
            match.Groups["phase"].Value,
            Number(isCounted ? match.Groups["done"] : match.Groups["count"]),
            isCounted ? Number(match.Groups["total"]) : null,
            match.Groups["detail"].Value);
    }

    private void EndLine(bool isProgress)
    {
        string line = _line.ToString();
        _line.Clear();
        if (Parse(line) is { } parsed)
        {
            progress?.Report(parsed);
        }
        else if (!isProgress && _message.Length < MaxMessageLength)
        {
            _message.Append(line).Append('\n');
        }
    }

    private static long Number(Group digits) =>
        long.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    // "remote: Compressing objects:  40% (2/5)", "Receiving objects: 100% (9/9), 1.20 MiB | 3.40 MiB/s, done.", "Enumerating objects: 5, done."
    [GeneratedRegex(
        @"^(?:remote: )?(?<phase>[A-Z][A-Za-z ]+): +(?:[0-9]+% \((?<done>[0-9]+)/(?<total>[0-9]+)\)|(?<count>[0-9]+))(?:, (?!done\.)(?<detail>[^,]*[^,.]))?(?:, done)?\.?\s*(?:\x1b\[K)?\s*$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
