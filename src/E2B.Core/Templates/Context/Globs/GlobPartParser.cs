using System.Text;
using System.Text.RegularExpressions;

namespace E2B.Templates.Context.Globs;

/// <summary>
/// The wildcards in one name of a pattern, as the official SDK's library for globs has them, with names that begin with a dot matched like others:
/// <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!a]</c>, <c>[[:alpha:]]</c>, <c>@(a|b)</c>, <c>?(a)</c>, <c>*(a)</c>, <c>+(a)</c>, <c>!(a|b)</c>,
/// and <c>\</c> before a letter that means itself.
/// </summary>
/// <remarks>
/// Some of what it does is odd, such as <c>!(@(a|b))</c>, which matches everything there and so does here: who has built with one finds
/// the same files with the other.
/// </remarks>
internal sealed class GlobPartParser
{
    private const string Any = "[^/]*?";
    private const string Some = "[^/]+?";

    private readonly string _text;
    private readonly StringBuilder _plain = new();
    private bool _isWildcard;

    private GlobPartParser(string text) => _text = text;

    /// <summary>The name that is meant, or a regular expression.</summary>
    public static (string Name, string? Regex) Parse(string part)
    {
        var parser = new GlobPartParser(part);
        string regex = parser.Sequence(0, part.Length, string.Empty, true);
        return parser._isWildcard ? (part, $@"\A{regex}\z") : (parser._plain.ToString(), null);
    }

    /// <summary>The expression of a stretch.</summary>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it has ended.</param>
    /// <param name="after">The expression of what follows it in the name: what is not to match is not to match together with that.</param>
    /// <param name="isStart">Whether nothing is before it but groups of what is not to match.</param>
    private string Sequence(int from, int to, string after, bool isStart)
    {
        if (from >= to)
        {
            return string.Empty;
        }

        char letter = _text[from];
        if (letter is '!' or '?' or '*' or '+' or '@' && from + 1 < to && _text[from + 1] == '(' && GroupEnd(from + 1, to) is var end and >= 0)
        {
            _isWildcard = true;
            string rest = Sequence(end + 1, to, after, isStart && letter == '!');

            // At the start, "!(a)*" is not "a" and more, but may be "a" alone.
            bool isOpen = isStart && letter == '!' && after.Length == 0 && _text[(end + 1)..to] == "*" && LastGroupEnd(from + 2, end) < 0;
            return Group(letter, from + 2, end, isOpen ? Some : rest + after, isStart) + rest;
        }

        (string one, int next) = One(from, to);
        return one + Sequence(next, to, after, false);
    }

    private (string Regex, int Next) One(int at, int to)
    {
        switch (_text[at])
        {
            case '*':
                int next = at + 1;
                while (next < to && _text[next] == '*' && !(next + 1 < to && _text[next + 1] == '('))
                {
                    next++;
                }

                _isWildcard = true;
                return (Any, next);
            case '?':
                _isWildcard = true;
                return ("[^/]", at + 1);
            case '[' when GlobClass.TryParse(_text, at, to, out string regex, out int behind):
                _isWildcard = true;
                return (regex, behind);
            case '\\' when at + 1 < to:
                return (Plain(_text[at + 1]), at + 2);
            default:
                return (Plain(_text[at]), at + 1);
        }
    }

    private string Plain(char letter)
    {
        _plain.Append(letter);
        return Regex.Escape(letter.ToString());
    }

    private string Group(char type, int from, int to, string after, bool isStart)
    {
        if (type == '!' && (from == to || _text[to - 1] == '|' || LastGroupEnd(from, to) == to - 1))
        {
            return Some;
        }

        string body = string.Join('|', Alternatives(from, to).Select(range => Sequence(range.From, range.To, after, isStart)));
        return type switch
        {
            // Nothing that is left out, together with what follows, may be the whole rest of the name.
            '!' => $@"(?:(?!(?:{body}){after}\z){Any})",
            '@' => $"(?:{body})",
            '?' => $"(?:{body})?",
            '+' => $"(?:{body})+",
            _ => $"(?:{body})*",
        };
    }

    /// <summary>Where the last group in a stretch ends; negative where there is none.</summary>
    private int LastGroupEnd(int from, int to)
    {
        int last = -1;
        int before = 0;
        Scan(from, to, (at, depth) =>
        {
            last = depth < before && _text[at] == ')' ? at : last;
            before = depth;
            return false;
        });
        return last;
    }

    private List<(int From, int To)> Alternatives(int from, int to)
    {
        var found = new List<(int, int)>();
        int start = from;
        Scan(from, to, (at, depth) =>
        {
            if (depth == 0 && _text[at] == '|')
            {
                found.Add((start, at));
                start = at + 1;
            }

            return false;
        });
        found.Add((start, to));
        return found;
    }

    /// <summary>Where the bracket that belongs to an opening one is; negative when nowhere.</summary>
    private int GroupEnd(int open, int to)
    {
        int end = -1;
        Scan(open + 1, to, (at, depth) =>
        {
            bool isEnd = depth < 0;
            end = isEnd ? at : end;
            return isEnd;
        });
        return end;
    }

    /// <summary>Goes over letters that mean something, with the number of groups that are open; until it is told that it is enough.</summary>
    private void Scan(int from, int to, Func<int, int, bool> isEnough)
    {
        int depth = 0;
        for (int at = from; at < to; at++)
        {
            switch (_text[at])
            {
                case '\\':
                    at++;
                    continue;
                case '[' when GlobClass.TryParse(_text, at, to, out _, out int behind):
                    at = behind - 1;
                    continue;
                case '(' when at > 0 && _text[at - 1] is '!' or '?' or '*' or '+' or '@':
                    depth++;
                    break;
                case ')':
                    depth--;
                    break;
            }

            if (isEnough(at, depth))
            {
                return;
            }
        }
    }
}
