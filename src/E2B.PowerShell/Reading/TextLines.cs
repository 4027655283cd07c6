using System.Text;

namespace E2B.PowerShell.Reading;

/// <summary>Makes lines of a text that arrives in pieces cut anywhere. Lines end as for Get-Content: with LF, CR LF or CR.</summary>
internal sealed class TextLines(Encoding encoding)
{
    private readonly Decoder _decoder = encoding.GetDecoder();
    private readonly StringBuilder _begun = new();
    private char[] _characters = [];
    private bool _afterReturn;

    /// <summary>Takes the next piece.</summary>
    /// <returns>The lines that it completes.</returns>
    public List<string> Add(ReadOnlySpan<byte> piece) => Split(Decode(piece, flush: false));

    /// <summary>Says that nothing comes any more.</summary>
    /// <returns>The last line, when it had no end.</returns>
    public List<string> End()
    {
        List<string> lines = Split(Decode([], flush: true));
        if (_begun.Length > 0)
        {
            lines.Add(_begun.ToString());
            _begun.Clear();
        }

        return lines;
    }

    private ReadOnlySpan<char> Decode(ReadOnlySpan<byte> piece, bool flush)
    {
        int room = encoding.GetMaxCharCount(piece.Length);
        if (_characters.Length < room)
        {
            _characters = new char[room];
        }

        return _characters.AsSpan(0, _decoder.GetChars(piece, _characters, flush));
    }

    private List<string> Split(ReadOnlySpan<char> text)
    {
        var lines = new List<string>();
        if (_afterReturn && text.Length > 0)
        {
            _afterReturn = false;
            text = text[0] == '\n' ? text[1..] : text;
        }

        for (int end = text.IndexOfAny('\r', '\n'); end >= 0; end = text.IndexOfAny('\r', '\n'))
        {
            lines.Add(Take(text[..end]));
            int next = end + 1;
            if (text[end] == '\r')
            {
                _afterReturn = next == text.Length;
                next += next < text.Length && text[next] == '\n' ? 1 : 0;
            }

            text = text[next..];
        }

        _begun.Append(text);
        return lines;
    }

    private string Take(ReadOnlySpan<char> end)
    {
        if (_begun.Length == 0)
        {
            return end.ToString();
        }

        string line = _begun.Append(end).ToString();
        _begun.Clear();
        return line;
    }
}
