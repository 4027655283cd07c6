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
    /// What the cmdlet was given, else what Connect-E2B chose, else the environment, completed by the default profile
    /// or the CLI's key where the environment says nothing at all.
    /// </summary>
    /// <exception cref="E2BAuthenticationException">The key found is malformed.</exception>
    /// <exception cref="E2BProfileException">The default profile cannot be used.</exception>
    public static E2BConnection Resolve(E2BConnection? given, E2BSession session)
    {
        if ((given ?? session.Connection) is { } connection)
        {
            return connection;
        }

        // Environment and files may change between two cmdlets; as long as they do not, their connections are shared.
        string state = string.Join('\0', _variables.Select(Environment.GetEnvironmentVariable)
            .Append(SettingsFolder.StampOf(ProfileFile.Location))
            .Append(SettingsFolder.StampOf(CliConfiguration.Location)));
        if (session.FromEnvironment?.Key != state)
        {
            var options = StoredAccount.AddTo(new E2BConnectionOptions());
            session.FromEnvironment = new(state, E2BConnection.Resolve(options));
            if (options.ApiKey is not null)
            {
                session.Warn(StoredAccount.Warnings());
            }
        }

        return session.FromEnvironment!.Connection;
    }
}
