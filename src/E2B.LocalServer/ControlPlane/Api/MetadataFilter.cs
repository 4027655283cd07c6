namespace E2B.LocalServer.ControlPlane;

/// <summary>The metadata that a list asks for: <c>k=v&amp;k=v</c>, all of which a sandbox must have.</summary>
internal sealed class MetadataFilter
{
    private readonly Dictionary<string, string> _wanted = new(StringComparer.Ordinal);

    /// <summary>
    /// Reads the query's value. Official clients escape each key and value, then the whole, then put it into the query:
    /// after the query's own escaping two layers are left, and the cloud takes off exactly two.
    /// </summary>
    public static MetadataFilter Parse(string? text)
    {
        var filter = new MetadataFilter();
        if (text is null)
        {
            return filter;
        }

        foreach (string pair in Unescape(text).Split('&'))
        {
            string[] parts = pair.Split('=');
            if (parts.Length != 2)
            {
                throw ApiException.BadRequest("Error parsing metadata: invalid key value pair in query");
            }

            filter._wanted[Unescape(parts[0])] = Unescape(parts[1]);
        }

        return filter;
    }

    public bool Matches(IDictionary<string, string>? of) =>
        _wanted.All(one => of is { } metadata && metadata.TryGetValue(one.Key, out string? value) && value == one.Value);

    private static string Unescape(string text)
    {
        for (int i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw ApiException.BadRequest($"Error parsing metadata: invalid URL escape in '{text}'");
            }
        }

        return Uri.UnescapeDataString(text.Replace('+', ' '));
    }
}
