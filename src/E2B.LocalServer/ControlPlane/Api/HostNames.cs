namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Which host names the server answers to. A web page can make its own name resolve to 127.0.0.1 (DNS rebinding)
/// and would then be same-origin with this server: so only names that nobody else can own.
/// </summary>
internal static class HostNames
{
    public static bool IsOurs(HostString host)
    {
        // HTTP/1.0 has no Host. A browser always sends one.
        if (!host.HasValue || host.Value.Length == 0)
        {
            return true;
        }

        ReadOnlySpan<char> name = Name(host);
        return name is "127.0.0.1" or "[::1]" || IsLocalhost(name);
    }

    /// <summary>The name without the port.</summary>
    public static string Name(HostString host) => host.Host.TrimEnd('.');

    private static bool IsLocalhost(ReadOnlySpan<char> name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
