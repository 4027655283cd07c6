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
}
