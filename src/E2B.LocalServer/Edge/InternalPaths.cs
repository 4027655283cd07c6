namespace E2B.LocalServer.Edge;

/// <summary>
/// What the agent serves for the control plane alone. <c>/init</c> needs no token there, so whoever reached it
/// could make the sandbox theirs.
/// </summary>
internal static class InternalPaths
{
    private static readonly HashSet<string> _paths = new(StringComparer.OrdinalIgnoreCase)
    {
        "collapse", "freeze", "fsfreeze", "fsthaw", "init", "unfreeze", "upgrade",
    };

    /// <param name="path">Decoded. Superfluous slashes and letter case do not matter: neither do they to the agent's router.</param>
    public static bool Contains(string path) => _paths.Contains(path.Trim('/'));
}
