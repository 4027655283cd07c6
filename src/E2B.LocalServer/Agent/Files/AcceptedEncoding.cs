using System.Globalization;

namespace E2B.LocalServer.Agent.Files;

/// <summary>Which form of a file a caller takes, by its <c>Accept-Encoding</c>.</summary>
internal static class AcceptedEncoding
{
    /// <summary>Whether to compress.</summary>
    /// <returns><see langword="null"/> when the caller takes neither form.</returns>
    public static bool? ChooseGzip(string? header)
    {
        bool identity = AllowsIdentity(header);
        foreach ((string name, double quality) in Parse(header).OrderByDescending(e => e.Quality))
        {
            if (quality == 0)
            {
                continue;
            }

            switch (name)
            {
                case "identity":
                    return false;
                case "*":
                    return !identity;
                case "gzip":
                    return true;
                default:
                    break;
            }
        }

        return identity ? false : null;
    }

    /// <summary>Whether the caller takes the file as it is. It does unless it says otherwise.</summary>
    public static bool AllowsIdentity(string? header)
    {
        bool rejected = false;
        bool rejectedWithAll = false;
        bool accepted = false;
        foreach ((string name, double quality) in Parse(header))
        {
            rejected |= name == "identity" && quality == 0;
            accepted |= name == "identity" && quality > 0;
            rejectedWithAll |= name == "*" && quality == 0;
        }

        return !rejected && (accepted || !rejectedWithAll);
    }

    private static List<(string Name, double Quality)> Parse(string? header)
    {
        var encodings = new List<(string, double)>();
        foreach (string item in (header ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = item.Split(';');
            double quality = 1;
            foreach (string parameter in parts.Skip(1))
            {
                string trimmed = parameter.Trim();
                if (trimmed.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                    && double.TryParse(trimmed.AsSpan(2), NumberStyles.Float, CultureInfo.InvariantCulture, out double q))
                {
                    quality = q;
                }
            }

            encodings.Add((parts[0].Trim().ToLowerInvariant(), quality));
        }

        return encodings;
    }
}
