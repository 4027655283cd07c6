using System.Globalization;
using System.Net;
using E2B.Protocol;
using E2B.Transport;

namespace E2B.Files;

/// <summary>How a file is named to the daemon's plain HTTP side.</summary>
internal static class FileAddress
{
    /// <exception cref="E2BInvalidArgumentException">The path is empty.</exception>
    public static string Require(string path) => string.IsNullOrEmpty(path)
        ? throw new E2BInvalidArgumentException("The path is empty.")
        : path;

    /// <summary>Path and query of a request.</summary>
    public static string Of(DaemonEndpoint endpoint, string path, string? user)
    {
        string query = "/files?path=" + Uri.EscapeDataString(Require(path));
        return endpoint.UserForQuery(user) is { } named ? query + "&username=" + Uri.EscapeDataString(named) : query;
    }

    /// <summary>Path and query of a request whose body names the files.</summary>
    public static string OfMany(DaemonEndpoint endpoint, string? user) =>
        endpoint.UserForQuery(user) is { } named ? "/files?username=" + Uri.EscapeDataString(named) : "/files";

    /// <summary>A URL that works by itself: order and form of its query are those of the official clients.</summary>
    /// <param name="endpoint">The sandbox.</param>
    /// <param name="server">Where its daemon is found without any header.</param>
    /// <param name="path">The file; empty where the body names it.</param>
    /// <param name="operation"><c>read</c> or <c>write</c>.</param>
    /// <param name="user">The Linux user; <see langword="null"/> means the default one.</param>
    /// <param name="expiration">Unix seconds; <see langword="null"/> for no end.</param>
    public static Uri UrlOf(DaemonEndpoint endpoint, Uri server, string path, string operation, string? user, long? expiration)
    {
        user = endpoint.UserForQuery(user) ?? string.Empty;
        string? token = endpoint.Access.AccessToken;
        var query = new List<string>();
        Add(query, "username", user);
        Add(query, "path", path);
        Add(query, "signature", token is null ? null : FileSignature.Compute(path, operation, user, token, expiration));
        Add(query, "signature_expiration", expiration?.ToString(CultureInfo.InvariantCulture));
        string address = server.AbsoluteUri.TrimEnd('/') + "/files";

        // Otherwise a Uri would undo some of the encoding.
        return new Uri(
            query.Count == 0 ? address : address + "?" + string.Join('&', query),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private static void Add(List<string> query, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            query.Add(name + "=" + EncodeForForm(value));
        }
    }

    /// <summary>The encoding of HTML forms, as browsers and the official clients have it. The framework's leaves three more signs as they are.</summary>
    private static string EncodeForForm(string text) => WebUtility.UrlEncode(text)
        .Replace("!", "%21", StringComparison.Ordinal)
        .Replace("(", "%28", StringComparison.Ordinal)
        .Replace(")", "%29", StringComparison.Ordinal);
}
