using System.Text;
using System.Text.RegularExpressions;

namespace E2B.Transfers;

/// <summary>What is copied, by name and path. As with PowerShell's wildcards, capitals are like small letters.</summary>
internal sealed class TransferFilter
{
    private readonly Pattern[] _include;
    private readonly Pattern[] _exclude;

    public TransferFilter(IReadOnlyList<string>? include, IReadOnlyList<string>? exclude)
    {
        _include = [.. (include ?? []).Select(static text => new Pattern(text))];
        _exclude = [.. (exclude ?? []).Select(static text => new Pattern(text))];
    }

    /// <summary>Whether only some files are wanted: then directories are made for these alone.</summary>
    public bool HasInclude => _include.Length > 0;

    /// <summary>Whether something is left out, with all it holds.</summary>
    public bool Excludes(string path) => path.Length > 0 && Matches(_exclude, path);

    /// <summary>Whether a file or link is wanted.</summary>
    public bool Includes(string path) => _include.Length == 0 || Matches(_include, path);

    /// <summary>The regular expression of a wildcard pattern: <c>*</c>, <c>?</c> and sets stop at a slash, <c>**</c> does not.</summary>
    public static Regex ToRegex(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    bool wholeName = (i == 0 || pattern[i - 1] == '/') && i + 2 < pattern.Length && pattern[i + 2] == '/';
                    text.Append(wholeName ? "(?:.*/)?" : ".*");
                    i += wholeName ? 2 : 1;
                    break;
                case '*':
                    text.Append("[^/]*");
                    break;
                case '?':
                    text.Append("[^/]");
                    break;
                case '[' when pattern.IndexOf(']', Math.Min(i + 2, pattern.Length)) is var end && end > 0:
                    string set = pattern[(i + 1)..end];
                    bool negated = set.Length > 1 && set[0] is '!' or '^';
                    text.Append(negated ? "[^/" : "[")
                        .Append((negated ? set[1..] : set).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal).Replace("^", @"\^", StringComparison.Ordinal).Replace("]", @"\]", StringComparison.Ordinal))
                        .Append(']');
                    i = end;
                    break;
                case '`' when i + 1 < pattern.Length:
                    text.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                default:
                    text.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        try
        {
            return new Regex(text.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException e)
        {
            throw new E2BInvalidArgumentException($"The pattern '{pattern}' is no wildcard pattern.", e);
        }
    }

    private static bool Matches(Pattern[] patterns, string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return Array.Exists(patterns, pattern => pattern.Expression.IsMatch(pattern.IsForPath ? path : name));
    }

    private sealed class Pattern(string text)
    {
        public bool IsForPath { get; } = text.Contains('/', StringComparison.Ordinal);

        public Regex Expression { get; } = ToRegex(text.TrimStart('/'));
    }
}
