namespace E2B.PowerShell.Session;

/// <summary>Decides which connection a cmdlet uses.</summary>
internal static class Connections
{
    private static readonly string[] _variables =
    [
        "E2B_API_KEY", "E2B_ACCESS_TOKEN", "E2B_DOMAIN", "E2B_API_URL", "E2B_SANDBOX_URL", "E2B_DEBUG", "E2B_VALIDATE_API_KEY",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    ];

    private static readonly string[] _elsewhere = ["E2B_API_KEY", "E2B_ACCESS_TOKEN", "E2B_DOMAIN", "E2B_API_URL"];

    /// <summary>
    /// What the cmdlet was given, else what Connect-E2B chose, else the environment, completed by the CLI's
    /// key where the environment says nothing at all.
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

    /// <summary>
    /// Fills in the key that the CLI left in <c>~/.e2b</c>, where neither the caller nor the environment says
    /// whose account it is or that it is another service than the CLI's: a key goes to no host but its own.
    /// </summary>
    public static E2BConnectionOptions WithStoredKey(E2BConnectionOptions options)
    {
        bool isElsewhere = !string.IsNullOrEmpty(options.ApiKey)
            || !string.IsNullOrEmpty(options.AccessToken)
            || !string.IsNullOrEmpty(options.Domain)
            || options.ApiUrl is not null
            || _elsewhere.Any(static name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));
        return isElsewhere ? options : options with { ApiKey = CliConfiguration.ReadApiKey() };
    }
}
