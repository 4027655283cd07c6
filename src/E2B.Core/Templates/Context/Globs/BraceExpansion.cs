using System.Globalization;

namespace E2B.Templates.Context.Globs;

/// <summary>Braces in patterns, as shells have them: <c>{a,b}</c> and <c>{1..3}</c>. What is no set stays as it is.</summary>
internal static class BraceExpansion
{
    // A pattern that makes more is a mistake.
    private const int MaxPatterns = 10_000;

    /// <exception cref="E2BInvalidArgumentException">It makes more patterns than anybody means.</exception>
    public static IReadOnlyList<string> Expand(string pattern)
    {
        var found = new List<string>();
        Expand(string.Empty, pattern, found);
        return found.Distinct(StringComparer.Ordinal).ToArray();
    }

    private static void Expand(string done, string rest, List<string> found)
    {
        for (int open = NextOpen(rest, 0); open >= 0; open = NextOpen(rest, open + 1))
        {
            int close = CloseOf(rest, open);
            bool isVariable = open > 0 && rest[open - 1] == '$';
            if (close < 0 || isVariable || Members(rest[(open + 1)..close]) is not { } members)
            {
                continue;
            }

            string before = done + rest[..open];
            string after = rest[(close + 1)..];
            foreach (string member in members)
            {
                Expand(before, member + after, found);
                if (found.Count > MaxPatterns)
                {
                    throw new E2BInvalidArgumentException($"The braces in '{done}{rest}' stand for more than {MaxPatterns} patterns. Copy the directory instead.");
                }
            }

            return;
        }

        found.Add(done + rest);
    }

    private static int NextOpen(string text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '{')
            {
                return i;
            }
        }

        return -1;
    }

    private static int CloseOf(string text, int open)
    {
        int depth = 0;
        for (int i = open; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '{':
                    depth++;
                    break;
                case '}' when --depth == 0:
                    return i;
            }
        }

        return -1;
    }

    /// <summary>What a pair of braces stands for; <see langword="null"/> when it is no set.</summary>
    private static List<string>? Members(string body)
    {
        var members = new List<string>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < body.Length; i++)
        {
            switch (body[i])
            {
                case '\\':
                    i++;
                    break;
                case '{':
                    depth++;
                    break;
                case '}':
                    depth--;
                    break;
                case ',' when depth == 0:
                    members.Add(body[start..i]);
                    start = i + 1;
                    break;
            }
        }

        if (members.Count > 0)
        {
            members.Add(body[start..]);
            return members;
        }

        return Sequence(body);
    }

    private static List<string>? Sequence(string body)
    {
        string[] parts = body.Split("..");
        long step = 1;
        if (parts.Length is not (2 or 3) || (parts.Length == 3 && !TryNumber(parts[2], out step)))
        {
            return null;
        }

        step = Math.Max(1, Math.Abs(step));
        if (TryNumber(parts[0], out long first) && TryNumber(parts[1], out long last))
        {
            bool isPadded = parts.Take(2).Any(static part => part.TrimStart('-') is { Length: > 1 } digits && digits[0] == '0');
            int width = isPadded ? Math.Max(parts[0].Length, parts[1].Length) : 0;
            return [.. Range(first, last, step).Select(number => Padded(number, width))];
        }

        return parts[0].Length == 1 && parts[1].Length == 1 && char.IsAsciiLetter(parts[0][0]) && char.IsAsciiLetter(parts[1][0])
            ? [.. Range(parts[0][0], parts[1][0], step).Select(static number => ((char)number).ToString()).Where(static letter => letter != "\\")]
            : null;
    }

    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && !text.StartsWith('+')
        && Math.Abs(number) < int.MaxValue;

    private static IEnumerable<long> Range(long first, long last, long step)
    {
        long number = first;
        for (int count = 0; count <= MaxPatterns && (first <= last ? number <= last : number >= last); count++)
        {
            yield return number;
            number += first <= last ? step : -step;
        }
    }

    private static string Padded(long number, int width)
    {
        string digits = Math.Abs(number).ToString(CultureInfo.InvariantCulture);
        return number < 0 ? "-" + digits.PadLeft(width - 1, '0') : digits.PadLeft(width, '0');
    }
}
