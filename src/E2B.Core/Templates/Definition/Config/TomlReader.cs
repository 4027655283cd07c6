using System.Globalization;
using System.Text;

namespace E2B.Templates.Definition.Config;

/// <summary>
/// Reads what stands at the top of a TOML file: names with text or numbers. Tables after that are skipped, lists are errors.
/// A file of the CLI has nothing else; a library for all of TOML would be one more that the module has to bring.
/// </summary>
internal sealed class TomlReader
{
    private readonly string _text;
    private readonly string _path;
    private int _at;
    private int _line = 1;

    private TomlReader(string text, string path)
    {
        _text = text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart('\uFEFF');
        _path = path;
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private bool IsAtEnd => _at >= _text.Length;

    /// <summary>The names of the file's beginning and what they have.</summary>
    /// <exception cref="E2BInvalidArgumentException">It cannot be read; the error names the line.</exception>
    public static Dictionary<string, TomlValue> Read(string text, string path) => new TomlReader(text, path).Read();

    /// <summary>The error about a line.</summary>
    public static E2BInvalidArgumentException Error(string path, int line, string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path}:{line}: {message}"));

    private Dictionary<string, TomlValue> Read()
    {
        var values = new Dictionary<string, TomlValue>(StringComparer.Ordinal);
        for (SkipBlank(); !IsAtEnd && Current != '['; SkipBlank())
        {
            int line = _line;
            string name = ReadName();
            SkipSpaces();
            if (Current != '=')
            {
                throw Error("a line is a name, '=' and a value.");
            }

            Next();
            SkipSpaces();
            if (!values.TryAdd(name, new TomlValue(ReadValue(), line)))
            {
                throw Error(_path, line, $"'{name}' is there a second time.");
            }

            SkipSpaces();
            if (!IsAtEnd && Current is not ('\n' or '#'))
            {
                throw Error("there is more after the value.");
            }
        }

        return values;
    }

    private string ReadName()
    {
        if (Current is '"' or '\'')
        {
            return ReadQuoted();
        }

        int start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-' or '.')
        {
            Next();
        }

        return _at > start ? _text[start.._at] : throw Error("a line is a name, '=' and a value.");
    }

    private object? ReadValue()
    {
        if (Current is '"' or '\'')
        {
            return ReadQuoted();
        }

        if (Current is '[' or '{')
        {
            throw Error("lists and tables are not read here.");
        }

        int start = _at;
        while (!IsAtEnd && Current is not ('\n' or '#'))
        {
            Next();
        }

        string bare = _text[start.._at].Trim();
        return bare switch
        {
            "" => throw Error("the value is missing."),
            "true" => true,
            "false" => false,
            _ when long.TryParse(bare.Replace("_", string.Empty, StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
            _ when char.IsAsciiDigit(bare[0]) || bare[0] is '+' or '-' => null,
            _ => throw Error($"'{bare}' is no value. Put text into quotes."),
        };
    }

    private string ReadQuoted()
    {
        char quote = Current;
        string three = new(quote, 3);
        bool isLong = string.CompareOrdinal(_text, _at, three, 0, 3) == 0;
        string end = isLong ? three : quote.ToString();
        _at += end.Length;
        if (isLong && Current == '\n')
        {
            Next();
        }

        var text = new StringBuilder();
        while (string.CompareOrdinal(_text, _at, end, 0, end.Length) != 0)
        {
            if (IsAtEnd || (!isLong && Current == '\n'))
            {
                throw Error($"the text has no {end} at its end.");
            }

            if (quote == '"' && Current == '\\')
            {
                Next();
                ReadEscape(text, isLong);
            }
            else
            {
                text.Append(Current);
                Next();
            }
        }

        _at += end.Length;

        // Up to two quotes more belong to the text.
        while (isLong && Current == quote)
        {
            text.Append(quote);
            Next();
        }

        return text.ToString();
    }

    private void ReadEscape(StringBuilder text, bool isLong)
    {
        char kind = Current;
        if (isLong && kind is '\n' or ' ' or '\t')
        {
            while (!IsAtEnd && Current is '\n' or ' ' or '\t')
            {
                Next();
            }

            return;
        }

        Next();
        string plain = kind switch
        {
            'b' => "\b",
            't' => "\t",
            'n' => "\n",
            'f' => "\f",
            'r' => "\r",
            'e' => "\u001b",
            '"' => "\"",
            '\\' => "\\",
            'u' => ReadCode(4),
            'U' => ReadCode(8),
            'x' => ReadCode(2),
            _ => throw Error($"'\\{kind}' is not known. Write a backslash twice, or put the text into single quotes."),
        };
        text.Append(plain);
    }

    private string ReadCode(int length)
    {
        string digits = _at + length <= _text.Length ? _text.Substring(_at, length) : string.Empty;
        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || !Rune.IsValid(code))
        {
            throw Error("the code of a character is wrong.");
        }

        _at += length;
        return new Rune(code).ToString();
    }

    private void SkipBlank()
    {
        for (SkipSpaces(); !IsAtEnd && Current is '\n' or '#'; SkipSpaces())
        {
            while (!IsAtEnd && Current != '\n')
            {
                Next();
            }

            Next();
        }
    }

    private void SkipSpaces()
    {
        while (Current is ' ' or '\t')
        {
            Next();
        }
    }

    private void Next()
    {
        if (Current == '\n')
        {
            _line++;
        }

        _at++;
    }

    private E2BInvalidArgumentException Error(string message) => Error(_path, _line, message);
}
