using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace E2B.Mcp;

/// <summary>Takes what is in a configuration out of a text: any value in it can be a secret.</summary>
internal sealed partial class SecretFilter
{
    /// <summary>Shorter ones are no secrets, and would tear words apart.</summary>
    private const int ShortestSecret = 4;

    private readonly string[] _secrets;

    public SecretFilter(JsonNode configuration, string token) => _secrets =
    [
        .. Values(configuration).Append(token).SelectMany(Forms)
            .Where(value => value.Length >= ShortestSecret)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(value => value.Length),
    ];

    /// <summary>The text with stars in place of values.</summary>
    public string Clean(string text) => _secrets.Aggregate(text, static (rest, secret) => rest.Replace(secret, "***", StringComparison.Ordinal));

    /// <summary>A program writes a value as it is, or escaped in a way of its own, which leaves the parts that nobody escapes.</summary>
    private static IEnumerable<string> Forms(string value) =>
        (string[])[value, JsonEncodedText.Encode(value).ToString(), .. Plain().Matches(value).Select(match => match.Value)];

    private static IEnumerable<string> Values(JsonNode? node) => node switch
    {
        JsonObject several => several.SelectMany(pair => Values(pair.Value)),
        JsonArray several => several.SelectMany(Values),
        JsonValue one => new[] { one.TryGetValue(out string? text) ? text : one.ToJsonString() },
        _ => [],
    };

    [GeneratedRegex("[A-Za-z0-9._~-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
