using System.Text.RegularExpressions;

namespace E2B.Templates.Dockerfiles;

/// <summary>Takes a Dockerfile apart into instructions: directives, comments, continued lines, heredocs.</summary>
internal sealed partial class DockerfileReader
{
    private readonly string _file;
    private readonly string[] _lines;
    private int _next;

    private DockerfileReader(string text, string file)
    {
        _file = file;
        _lines = [.. text.TrimStart('\uFEFF').Split('\n').Select(static line => line.TrimEnd('\r'))];
    }

    /// <summary>What continues a line, and makes the next letter an ordinary one.</summary>
    public char Escape { get; private set; } = '\\';

    public List<DockerfileInstruction> Instructions { get; } = [];

    /// <exception cref="DockerfileException">A heredoc does not end, or a directive is none.</exception>
    public static DockerfileReader Read(string text, string file)
    {
        var reader = new DockerfileReader(text, file);
        reader.ReadDirectives();
        while (reader._next < reader._lines.Length)
        {
            reader.ReadInstruction();
        }

        return reader;
    }

    [GeneratedRegex(@"^#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")]
    private static partial Regex Directive();

    [GeneratedRegex(@"^\d*<<(?<tabs>-?)(?:'(?<name>[^'<>\s]+)'|""(?<name>[^""<>\s]+)""|(?<plain>[^'""<>\s|;&()]+))$", RegexOptions.ExplicitCapture)]
    private static partial Regex HeredocWord();

    /// <summary>Directives stand before everything else, comments included.</summary>
    private void ReadDirectives()
    {
        for (; _next < _lines.Length && Directive().Match(_lines[_next].Trim()) is { Success: true } found; _next++)
        {
            if (found.Groups[1].Value.Equals("escape", StringComparison.OrdinalIgnoreCase))
            {
                Escape = found.Groups[2].Value is "\\" or "`"
                    ? found.Groups[2].Value[0]
                    : throw new DockerfileException(_file, _next + 1, $"The escape directive names '{found.Groups[2].Value}'. It can be \\ or `.");
            }
        }
    }

    private void ReadInstruction()
    {
        int start = _next;
        string text = _lines[_next++].TrimStart();
        if (text.Length == 0 || text[0] == '#')
        {
            return;
        }

        while (IsContinued(text, out string before))
        {
            text = before;
            while (_next < _lines.Length && _lines[_next].TrimStart() is var skipped && (skipped.Length == 0 || skipped[0] == '#'))
            {
                _next++;
            }

            if (_next == _lines.Length)
            {
                break;
            }

            text = Join(text, _lines[_next++]);
        }

        text = text.TrimEnd();
        if (text.Length == 0)
        {
            return;
        }

        int end = text.AsSpan().IndexOfAny(' ', '\t');
        string keyword = (end < 0 ? text : text[..end]).ToUpperInvariant();
        string rest = end < 0 ? string.Empty : text[end..].Trim();
        var heredocs = keyword is "RUN" or "COPY" or "ADD" ? ReadHeredocs(rest, start + 1) : [];
        Instructions.Add(new DockerfileInstruction(_file, start + 1, keyword, rest, heredocs));
    }

    /// <summary>Whether a line goes on: it ends with the escape, and that is not itself escaped.</summary>
    private bool IsContinued(string text, out string before)
    {
        string trimmed = text.TrimEnd(' ', '\t');
        bool isContinued = trimmed.EndsWith(Escape) && (trimmed.Length == 1 || trimmed[^2] != Escape);
        before = isContinued ? trimmed[..^1] : text;
        return isContinued;
    }

    /// <summary>Puts the next line behind. Spaces where they meet become one, as in the official SDK; within quotes all of them count.</summary>
    private string Join(string text, string line)
    {
        if (DockerfileWords.EndsInQuotes(text, Escape))
        {
            return text + line;
        }

        string left = text.TrimEnd(' ', '\t');
        string right = line.TrimStart(' ', '\t');
        return left.Length < text.Length || right.Length < line.Length ? $"{left} {right}" : left + right;
    }

    private List<DockerfileHeredoc> ReadHeredocs(string text, int line)
    {
        var heredocs = new List<DockerfileHeredoc>();
        if (!text.Contains("<<", StringComparison.Ordinal))
        {
            return heredocs;
        }

        foreach (string word in DockerfileWords.Split(text, Escape))
        {
            if (HeredocWord().Match(word) is { Success: true } found)
            {
                bool isLiteral = found.Groups["name"].Success;
                string name = (isLiteral ? found.Groups["name"] : found.Groups["plain"]).Value;
                heredocs.Add(new DockerfileHeredoc(name, word, ReadHeredoc(name, found.Groups["tabs"].Length > 0, line), isLiteral));
            }
        }

        return heredocs;
    }

    private string ReadHeredoc(string name, bool stripsTabs, int line)
    {
        var content = new List<string>();
        while (_next < _lines.Length)
        {
            string read = stripsTabs ? _lines[_next].TrimStart('\t') : _lines[_next];
            _next++;
            if (read == name)
            {
                return string.Concat(content.Select(static text => text + "\n"));
            }

            content.Add(read);
        }

        throw new DockerfileException(_file, line, $"The text that begins with <<{name} does not end. Write {name} alone on a line behind it.");
    }
}
