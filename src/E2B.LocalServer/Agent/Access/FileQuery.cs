using System.Globalization;

namespace E2B.LocalServer.Agent.Access;

/// <summary>The query of a file's URL.</summary>
internal sealed record FileQuery(string? Path, string? User, string? Signature, long? Expiration)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">The expiration is no number, or something is there twice.</exception>
    public static FileQuery From(IQueryCollection query)
    {
        string? expiration = One(query, "signature_expiration");
        return new FileQuery(
            One(query, "path"),
            One(query, "username"),
            One(query, "signature"),
            string.IsNullOrEmpty(expiration) ? null : long.Parse(expiration, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private static string? One(IQueryCollection query, string name) => query[name].Count <= 1
        ? query[name]
        : throw new FormatException($"multiple values for single value parameter '{name}'");
}
