using System.Globalization;

namespace E2B.LocalServer.Agent.Access;

/// <summary>The query of a file's URL.</summary>
internal sealed record FileQuery(string? Path, string? User, string? Signature, long? Expiration)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">The expiration is no number.</exception>
    public static FileQuery From(IQueryCollection query)
    {
        string? expiration = query["signature_expiration"];
        return new FileQuery(
            query["path"],
            query["username"],
            query["signature"],
            string.IsNullOrEmpty(expiration) ? null : long.Parse(expiration, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }
}
