namespace E2B.PowerShell.Session;

/// <summary>Decides which connection a cmdlet uses.</summary>
internal static class Connections
{
    private static readonly string[] _variables =
    [
        "E2B_API_KEY", "E2B_ACCESS_TOKEN", "E2B_DOMAIN", "E2B_API_URL", "E2B_SANDBOX_URL", "E2B_DEBUG", "E2B_VALIDATE_API_KEY",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    ];

    /// <summary>
    /// What the cmdlet was given, else what Connect-E2B chose, else the environment, completed by the key
    /// of a profile file or of the CLI where the environment has none.
    /// </summary>
    /// <exception cref="E2BAuthenticationException">The key found is malformed.</exception>
    public static E2BConnection Resolve(E2BConnection? given, E2BSession session)
    {
        if ((given ?? session.Connection) is { } connection)
        {
            return connection;
        }

        // The environment may change between two cmdlets; as long as it does not, its connections are shared.
        string environment = string.Join('\0', _variables.Select(Environment.GetEnvironmentVariable));
        if (session.FromEnvironment?.Key != environment)
        {
            session.FromEnvironment = new(environment, E2BConnection.Resolve(WithStoredKey(new E2BConnectionOptions())));
        }

        return session.FromEnvironment!.Connection;
    }

    /// <summary>Fills in the key that the CLI left in <c>~/.e2b</c>, where neither the caller nor the environment has one.</summary>
    public static E2BConnectionOptions WithStoredKey(E2BConnectionOptions options)
    {
        bool hasKey = !string.IsNullOrEmpty(options.ApiKey)
            || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("E2B_API_KEY"));
        return hasKey ? options : options with { ApiKey = CliConfiguration.ReadApiKey() };
    }
}
