using System.Text;
using System.Text.RegularExpressions;

namespace E2B.Templates.Dockerfiles;

/// <summary>What the shell does to variables by patterns with <c>*</c>, <c>?</c> and <c>\</c>.</summary>
internal static class ShellPatterns
{
    /// <summary><c>${x#pattern}</c> and <c>${x%pattern}</c>: without what matches at the start or the end.</summary>
    public static string Trim(string text, string pattern, bool atStart, bool isLongest)
    {
        var regex = new Regex($@"\A(?:{ToRegex(pattern)})\z", RegexOptions.Singleline | RegexOptions.CultureInvariant);
        for (int step = 0; step <= text.Length; step++)
        {
            int length = isLongest ? text.Length - step : step;
            string part = atStart ? text[..length] : text[^length..];
            if (regex.IsMatch(part))
            {
                return atStart ? text[length..] : text[..^length];
            }
        }

        return text;
    }

    /// <summary><c>${x/pattern/replacement}</c>, the longest match; with two slashes all of them.</summary>
    public static string Replace(string text, string pattern, string replacement, bool isAll) =>
        new Regex(ToRegex(pattern), RegexOptions.Singleline | RegexOptions.CultureInvariant).Replace(text, _ => replacement, isAll ? -1 : 1);

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder();
        for (int at = 0; at < pattern.Length; at++)
        {
            regex.Append(pattern[at] switch
            {
                '*' => ".*",
                '?' => ".",
                '\\' when at + 1 < pattern.Length => Regex.Escape(pattern[++at].ToString()),
                var letter => Regex.Escape(letter.ToString()),
            });
        }

        return regex.ToString();
    }
}
