using System.Text;

namespace E2B.Templates.Dockerfiles;

/// <summary>
/// Removes quotes and escapes from a word of an instruction and replaces its variables, as Docker does: <c>$x</c>, <c>${x}</c>, <c>${x:-default}</c>
/// and the other forms of the shell.
/// </summary>
internal sealed class DockerfileExpander
{
    private readonly DockerfileInstruction _instruction;
    private readonly Func<string, DockerfileValue?> _find;
    private readonly char _escape;
    private readonly bool _defersMissing;
    private readonly string _text;
    private int _at;

    private DockerfileExpander(string text, DockerfileInstruction instruction, Func<string, DockerfileValue?> find, char escape, bool defersMissing)
    {
        _text = text;
        _instruction = instruction;
        _find = find;
        _escape = escape;
        _defersMissing = defersMissing;
    }

    /// <summary>Replaces a word's variables.</summary>
    /// <param name="text">The word, with its quotes.</param>
    /// <param name="instruction">The instruction, for errors.</param>
    /// <param name="find">Knows the variables.</param>
    /// <param name="escape">The Dockerfile's escape.</param>
    /// <param name="defersMissing">Whether the service can replace what is not known here; otherwise that is an error.</param>
    /// <exception cref="DockerfileException">A quote or brace is not closed, or a variable is not known.</exception>
    public static DockerfileValue Expand(
        string text, DockerfileInstruction instruction, Func<string, DockerfileValue?> find, char escape, bool defersMissing) =>
        new DockerfileExpander(text, instruction, find, escape, defersMissing).Read('\0', true);

    /// <summary>Replaces the variables of a heredoc: quotes are letters there.</summary>
    public static DockerfileValue ExpandText(string text, DockerfileInstruction instruction, Func<string, DockerfileValue?> find, char escape) =>
        new DockerfileExpander(text, instruction, find, escape, false).Read('\0', false);

    /// <summary>Reads up to a letter that ends it, or to the end of the text.</summary>
    private DockerfileValue Read(char end, bool hasQuotes)
    {
        var value = new DockerfileValue();
        var plain = new StringBuilder();
        bool isQuoted = false;
        while (_at < _text.Length && (_text[_at] != end || isQuoted))
        {
            char letter = _text[_at++];
            if (letter == _escape && _at < _text.Length)
            {
                // Within quotes, and in texts, an escape is a letter unless before what it is for.
                bool isFor = (!isQuoted && hasQuotes) || _text[_at] == '$' || _text[_at] == _escape || (_text[_at] == '"' && hasQuotes);
                plain.Append(isFor ? string.Empty : letter).Append(_text[_at++]);
            }
            else if (letter == _escape && hasQuotes && !isQuoted)
            {
                // An escape of nothing is nothing.
            }
            else if (letter == '\'' && hasQuotes && !isQuoted)
            {
                int close = _text.IndexOf('\'', _at);
                plain.Append(close < 0 ? throw _instruction.Error($"A ' in {_text} is not closed.") : _text[_at..close]);
                _at = close + 1;
            }
            else if (letter == '"' && hasQuotes)
            {
                isQuoted = !isQuoted;
            }
            else if (letter == '$')
            {
                value.Append(plain.ToString());
                plain.Clear();
                value.Append(Variable());
            }
            else
            {
                plain.Append(letter);
            }
        }

        value.Append(plain.ToString());
        return !isQuoted ? value : throw _instruction.Error($"A \" in {_text} is not closed.");
    }

    private DockerfileValue Variable()
    {
        bool hasBrace = _at < _text.Length && _text[_at] == '{';
        int start = hasBrace ? _at + 1 : _at;
        string name = NameAt(start);
        if (name.Length == 0)
        {
            return hasBrace ? throw _instruction.Error($"{_text} has no name of a variable behind '${{'.") : DockerfileValue.Of("$");
        }

        _at = start + name.Length;
        DockerfileValue? known = _find(name);
        if (!hasBrace)
        {
            return known ?? Missing(name, "$" + name);
        }

        if (_at == _text.Length)
        {
            throw _instruction.Error($"A '{{' in {_text} is not closed.");
        }

        return _text[_at++] switch
        {
            '}' => known ?? Missing(name, $"${{{name}}}"),
            ':' when _at < _text.Length && _text[_at] is '-' or '+' or '?' => Modified(name, known, _text[_at++], true),
            '-' => Modified(name, known, '-', false),
            '+' => Modified(name, known, '+', false),
            '?' => Modified(name, known, '?', false),
            var sign and ('#' or '%') => Trimmed(name, known, sign),
            '/' => Replaced(name, known),
            var other => throw _instruction.Error($"'{other}' behind the variable {name} means nothing."),
        };
    }

    /// <summary>A name, or what a shell calls its own arguments and state by, such as <c>$1</c> and <c>$?</c>: Docker has none of these.</summary>
    private string NameAt(int start)
    {
        int end = start;
        bool isNumber = start < _text.Length && char.IsAsciiDigit(_text[start]);
        while (end < _text.Length && (char.IsAsciiDigit(_text[end]) ? end > start || isNumber : !isNumber && (char.IsAsciiLetter(_text[end]) || _text[end] == '_')))
        {
            end++;
        }

        return end == start && end < _text.Length && IsShellsOwn(_text[end]) ? _text[start..(end + 1)] : _text[start..end];
    }

    private static bool IsShellsOwn(char letter) => char.IsAsciiDigit(letter) || letter is '@' or '*' or '#' or '?' or '-' or '$' or '!';

    private DockerfileValue Modified(string name, DockerfileValue? known, char sign, bool emptyCounts)
    {
        DockerfileValue word = Word();
        bool isSet = known is not null && !(emptyCounts && known.IsEmpty);
        if (known is null && _defersMissing && sign != '?' && !IsShellsOwn(name[0]))
        {
            return Deferred(name, $"${{{name}{(emptyCounts ? ":" : string.Empty)}{sign}{word.Text}}}", word);
        }

        return sign switch
        {
            '-' => isSet ? known! : word,
            '+' => isSet ? word : DockerfileValue.Empty,
            _ => isSet ? known! : throw _instruction.Error($"The variable {name} has no value: {(word.IsEmpty ? "it needs one" : word.Text)}."),
        };
    }

    private DockerfileValue Trimmed(string name, DockerfileValue? known, char sign)
    {
        bool isLongest = _at < _text.Length && _text[_at] == sign;
        _at += isLongest ? 1 : 0;
        DockerfileValue word = Word();
        return DockerfileValue.Of(ShellPatterns.Trim(Whole(name, known), Whole(name, word), sign == '#', isLongest));
    }

    private DockerfileValue Replaced(string name, DockerfileValue? known)
    {
        bool isAll = _at < _text.Length && _text[_at] == '/';
        _at += isAll ? 1 : 0;
        string pattern = Whole(name, Read('/', true));
        if (_at == _text.Length)
        {
            throw _instruction.Error($"The replacement in {_text} has no second '/'.");
        }

        _at++;
        return DockerfileValue.Of(ShellPatterns.Replace(Whole(name, known), pattern, Whole(name, Word()), isAll));
    }

    private DockerfileValue Word()
    {
        DockerfileValue word = Read('}', true);
        if (_at == _text.Length)
        {
            throw _instruction.Error($"A '{{' in {_text} is not closed.");
        }

        _at++;
        return word;
    }

    private string Whole(string name, DockerfileValue? value) => value is { Missing: null }
        ? value.Text
        : throw _instruction.Error($"The variable {value?.Missing ?? name} is not set by this Dockerfile, so that a part of it cannot be taken. Set it with ARG or ENV.");

    private DockerfileValue Missing(string name, string written) => IsShellsOwn(name[0]) ? DockerfileValue.Empty : _defersMissing
        ? Deferred(name, written, null)
        : throw _instruction.Error($"The variable {name} is not set by this Dockerfile, and the image is not known here. Set it with ARG or ENV, or write the value.");

    private DockerfileValue Deferred(string name, string written, DockerfileValue? word)
    {
        if (word is not null && (word.HasLiteralVariable || (word.Missing is null && word.Text.Contains('}', StringComparison.Ordinal))))
        {
            throw _instruction.Error($"The value behind the variable {name} has a '$' or '}}', which the service would take for a part of a variable. Write it without.");
        }

        var value = new DockerfileValue();
        value.AppendMissing(written, name);
        return value;
    }
}
