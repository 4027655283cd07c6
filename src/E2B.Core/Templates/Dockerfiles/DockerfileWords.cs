using System.Text;
using System.Text.Json;

namespace E2B.Templates.Dockerfiles;

/// <summary>Words of instructions, still with their quotes.</summary>
internal static class DockerfileWords
{
    /// <summary>Splits at spaces outside of quotes.</summary>
    public static List<string> Split(string text, char escape)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        Scan(text, escape, (at, length, isQuoted) =>
        {
            if (!isQuoted && length == 1 && text[at] is ' ' or '\t')
            {
                Flush();
            }
            else
            {
                word.Append(text, at, length);
            }
        });
        Flush();
        return words;

        void Flush()
        {
            if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }
    }

    /// <summary>Whether a quote is open at the end.</summary>
    public static bool EndsInQuotes(string text, char escape) => Scan(text, escape, static (_, _, _) => { });

    /// <summary>The flags at the start, such as <c>--from=x</c>, and what is behind them.</summary>
    public static (List<(string Name, string Value)> Flags, string Text) Flags(string text, char escape)
    {
        var flags = new List<(string, string)>();
        while (text.StartsWith("--", StringComparison.Ordinal))
        {
            string word = Split(text, escape)[0];
            text = text[word.Length..].TrimStart();
            if (word == "--")
            {
                break;
            }

            int equals = word.IndexOf('=', StringComparison.Ordinal);
            flags.Add(equals < 0 ? (word[2..], string.Empty) : (word[2..equals], word[(equals + 1)..]));
        }

        return (flags, text);
    }

    /// <summary>The words of the form <c>["a", "b"]</c>; <see langword="null"/> when it is not that form.</summary>
    public static List<string>? Json(string text)
    {
        if (!text.StartsWith('['))
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
                ? [.. json.RootElement.EnumerateArray().Select(static item => item.GetString()!)]
                : null;
        }
        catch (JsonException)
        {
            // A line for the shell can begin with a bracket too.
            return null;
        }
    }

    /// <summary>Goes over a text letter by letter, an escaped one together with its escape. Says whether it ends in quotes.</summary>
    private static bool Scan(string text, char escape, Action<int, int, bool> take)
    {
        char quote = '\0';
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == escape && quote != '\'' && at + 1 < text.Length)
            {
                take(at, 2, quote != '\0');
                at++;
                continue;
            }

            if (quote != '\0' && text[at] == quote)
            {
                take(at, 1, true);
                quote = '\0';
                continue;
            }

            quote = quote == '\0' && text[at] is '"' or '\'' ? text[at] : quote;
            take(at, 1, quote != '\0');
        }

        return quote != '\0';
    }
}
