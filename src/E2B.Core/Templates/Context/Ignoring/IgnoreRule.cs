using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace E2B.Templates.Context.Ignoring;

/// <summary>
/// One pattern of a <c>.dockerignore</c>, by Docker's rules: those of Go's <c>filepath.Match</c>, and <c>**</c> for any number of directories.
/// It is matched against whole paths from the context on, so <c>*.log</c> means those at the top only.
/// </summary>
internal sealed class IgnoreRule
{
    private static readonly SearchValues<char> _special = SearchValues.Create(@"*?[]\");

    private readonly Regex _regex;

    private IgnoreRule(string pattern, bool isException, Regex regex)
    {
        Pattern = pattern;
        IsException = isException;
        _regex = regex;
    }

    public string Pattern { get; }

    /// <summary>Whether it began with <c>!</c>: what it matches is taken after all.</summary>
    public bool IsException { get; }

    /// <summary>The rule of a line.</summary>
    /// <param name="line">The line, with no spaces around, not empty.</param>
    /// <param name="isWindows">Whether a backslash separates names; elsewhere it makes the next letter an ordinary one.</param>
    /// <exception cref="FormatException">It cannot be understood; the message says why.</exception>
    public static IgnoreRule Parse(string line, bool isWindows)
    {
        bool isException = line[0] == '!';
        string pattern = isException ? line[1..].Trim() : line;
        if (pattern.Length == 0)
        {
            throw new FormatException("'!' needs a pattern behind it");
        }

        pattern = Clean(isWindows ? pattern.Replace('\\', '/') : pattern);
        pattern = pattern.Length > 1 ? pattern.TrimStart('/') : pattern;
        return new IgnoreRule(pattern, isException, new Regex(ToRegex(pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline));
    }

    public bool IsMatch(string path) => _regex.IsMatch(path);

    /// <summary>The shortest path that means the same, as Go's <c>path.Clean</c> makes it: without <c>.</c>, <c>x/..</c>, slashes in a row or at the end.</summary>
    public static string Clean(string path)
    {
        bool isRooted = path.StartsWith('/');
        var names = new List<string>();
        foreach (string name in path.Split('/'))
        {
            switch (name)
            {
                case "" or ".":
                    break;
                case ".." when names.Count > 0 && names[^1] != "..":
                    names.RemoveAt(names.Count - 1);
                    break;
                case ".." when isRooted:
                    break;
                default:
                    names.Add(name);
                    break;
            }
        }

        string cleaned = string.Join('/', names);
        return isRooted ? "/" + cleaned : cleaned.Length == 0 ? "." : cleaned;
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (int at = 0; at < pattern.Length; at++)
        {
            char letter = pattern[at];
            if (letter == '*' && at + 1 < pattern.Length && pattern[at + 1] == '*')
            {
                bool isFirst = at == 0;
                at++;
                if (at + 1 < pattern.Length && pattern[at + 1] == '/')
                {
                    at++;
                }

                bool hasSlash = pattern[at] == '/';
                bool isLast = at + 1 == pattern.Length;

                // Docker takes "**name" for everything that ends so, but only where no other wildcard follows.
                bool isSuffix = isFirst && !hasSlash && pattern.AsSpan(at + 1).IndexOfAny(_special) < 0;
                regex.Append(isLast || isSuffix ? ".*" : "(?:.*/)?");
            }
            else
            {
                at = AppendPart(regex, pattern, at);
            }
        }

        return regex.Append(@"\z").ToString();
    }

    private static int AppendPart(StringBuilder regex, string pattern, int at)
    {
        switch (pattern[at])
        {
            case '*':
                regex.Append("[^/]*");
                return at;
            case '?':
                // One letter, also where UTF-16 has two numbers for it.
                regex.Append(@"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^/])");
                return at;
            case '[':
                return AppendClass(regex, pattern, at);
            case '\\' when at + 1 == pattern.Length:
                throw new FormatException("a '\\' at its end has nothing behind it");
            case '\\':
                regex.Append(Regex.Escape(pattern[at + 1].ToString()));
                return at + 1;
            default:
                regex.Append(Regex.Escape(pattern[at].ToString()));
                return at;
        }
    }

    /// <summary>A class such as <c>[a-z]</c> or <c>[^0-9]</c>. Go has no other way to negate, and no names of classes.</summary>
    private static int AppendClass(StringBuilder regex, string pattern, int at)
    {
        var parts = new StringBuilder();
        bool isNegated = at + 1 < pattern.Length && pattern[at + 1] == '^';
        at += isNegated ? 2 : 1;
        for (int count = 0; ; count++)
        {
            if (at < pattern.Length && pattern[at] == ']' && count > 0)
            {
                // Spelled with what a class may not hold, so that a negated class leaves the slash out like every wildcard.
                regex.Append(isNegated ? $"[^/{parts}]" : $"[{parts}]");
                return at;
            }

            char low = ClassLetter(pattern, ref at);
            char high = low;
            if (at < pattern.Length && pattern[at] == '-')
            {
                at++;
                high = ClassLetter(pattern, ref at);
            }

            if (high < low)
            {
                throw new FormatException($"the range '{low}-{high}' is the wrong way round");
            }

            parts.Append($"\\u{(int)low:X4}-\\u{(int)high:X4}");
        }
    }

    private static char ClassLetter(string pattern, ref int at)
    {
        if (at < pattern.Length && pattern[at] == '\\')
        {
            at++;
        }
        else if (at < pattern.Length && pattern[at] is '-' or ']')
        {
            throw new FormatException($"'{pattern[at]}' cannot be there in brackets without a '\\' before it");
        }

        return at < pattern.Length ? pattern[at++] : throw new FormatException("a '[' has no ']'");
    }
}
