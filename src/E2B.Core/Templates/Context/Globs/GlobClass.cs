using System.Text;

namespace E2B.Templates.Context.Globs;

/// <summary>Classes of letters in patterns: <c>[abc]</c>, <c>[!a-f]</c>, <c>[^0-9]</c>, <c>[[:upper:]_]</c>.</summary>
internal static class GlobClass
{
    // Matches nothing, as what has no letter in it.
    private const string Nothing = @"(?!)";

    private static readonly Dictionary<string, (string Regex, bool IsNegated)> _named = new(StringComparer.Ordinal)
    {
        ["[:alnum:]"] = (@"\p{L}\p{Nl}\p{Nd}", false),
        ["[:alpha:]"] = (@"\p{L}\p{Nl}", false),
        ["[:ascii:]"] = (@"\x00-\x7f", false),
        ["[:blank:]"] = (@"\p{Zs}\t", false),
        ["[:cntrl:]"] = (@"\p{Cc}", false),
        ["[:digit:]"] = (@"\p{Nd}", false),
        ["[:graph:]"] = (@"\p{Z}\p{C}", true),
        ["[:lower:]"] = (@"\p{Ll}", false),
        ["[:print:]"] = (@"\p{C}", false),
        ["[:punct:]"] = (@"\p{P}", false),
        ["[:space:]"] = (@"\p{Z}\t\r\n\v\f", false),
        ["[:upper:]"] = (@"\p{Lu}", false),
        ["[:word:]"] = (@"\p{L}\p{Nl}\p{Nd}\p{Pc}", false),
        ["[:xdigit:]"] = ("A-Fa-f0-9", false),
    };

    /// <summary>Reads a class; a bracket that is never closed is a letter like others.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="at">Where the bracket opens.</param>
    /// <param name="to">Where the pattern ends.</param>
    /// <param name="regex">The expression for one letter.</param>
    /// <param name="behind">Where the class has ended.</param>
    public static bool TryParse(string text, int at, int to, out string regex, out int behind)
    {
        var taken = new StringBuilder();
        var refused = new StringBuilder();
        int i = at + 1;
        bool isNegated = i < to && text[i] is '!' or '^';
        i += isNegated ? 1 : 0;
        int first = i;
        char? rangeFrom = null;
        while (i < to)
        {
            if (text[i] == ']' && i > first)
            {
                if (rangeFrom is { } open)
                {
                    Append(taken, open, open);
                    Append(taken, '-', '-');
                }

                behind = i + 1;
                regex = Regex(isNegated, taken, refused);
                return true;
            }

            if (rangeFrom is null && text[i] == '[' && Named(text, i, out string? name))
            {
                (string letters, bool isNegatedName) = _named[name];
                (isNegatedName ? refused : taken).Append(letters);
                i += name.Length;
                continue;
            }

            i += text[i] == '\\' && i + 1 < to ? 1 : 0;
            char letter = text[i++];
            if (rangeFrom is { } low)
            {
                // A range the wrong way round holds nothing.
                if (letter >= low)
                {
                    Append(taken, low, letter);
                }

                rangeFrom = null;
            }
            else if (i + 1 < to && text[i] == '-' && text[i + 1] != ']')
            {
                rangeFrom = letter;
                i++;
            }
            else
            {
                Append(taken, letter, letter);
            }
        }

        (regex, behind) = (string.Empty, at);
        return false;
    }

    private static string Regex(bool isNegated, StringBuilder taken, StringBuilder refused) => (isNegated, taken.Length, refused.Length) switch
    {
        (false, 0, 0) => Nothing,
        (true, 0, 0) => "[^/]",
        (false, _, 0) => $"[{taken}]",
        (true, _, 0) => $"[^{taken}]",
        (false, 0, _) => $"[^{refused}]",
        (true, 0, _) => $"[{refused}]",
        (false, _, _) => $"(?:[{taken}]|[^{refused}])",
        (true, _, _) => $"(?:(?![{taken}])[{refused}])",
    };

    private static bool Named(string text, int at, out string name)
    {
        name = _named.Keys.FirstOrDefault(key => string.CompareOrdinal(text, at, key, 0, key.Length) == 0) ?? string.Empty;
        return name.Length > 0;
    }

    private static void Append(StringBuilder letters, char low, char high) => letters.Append($"\\u{(int)low:X4}-\\u{(int)high:X4}");
}
