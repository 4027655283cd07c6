namespace E2B.PowerShell.Session;

/// <summary>Turns what is stored, in profiles and by the CLI, into options of a connection.</summary>
internal static class StoredAccount
{
    /// <summary>What the environment can say of which account or which service is meant.</summary>
    private static readonly string[] _elsewhere = ["E2B_API_KEY", "E2B_ACCESS_TOKEN", "E2B_DOMAIN", "E2B_API_URL", "E2B_DEBUG"];

    /// <summary>
    /// Fills in the profile <c>default</c>, or else the key that the CLI left, where neither the caller nor the
    /// environment says whose account it is or that it is another service: a key goes to no host but its own.
    /// </summary>
    /// <exception cref="E2BProfileException">The profile cannot be used.</exception>
    public static E2BConnectionOptions AddTo(E2BConnectionOptions options)
    {
        bool isElsewhere = !string.IsNullOrEmpty(options.ApiKey)
            || !string.IsNullOrEmpty(options.AccessToken)
            || !string.IsNullOrEmpty(options.Domain)
            || options.ApiUrl is not null
            || options.Debug is not null
            || _elsewhere.Any(static name => Variable(name) is not null);
        if (isElsewhere)
        {
            return options;
        }

        if (ProfileFile.Find(ProfileFile.DefaultName) is { } profile)
        {
            E2BConnectionOptions stored = OptionsOf(ProfileFile.DefaultName, profile) with { Environment = null };
            return Overlay(Variable("E2B_SANDBOX_URL") is null ? stored : stored with { SandboxUrl = null }, options);
        }

        return CliConfiguration.Read() is { ApiKey: not null } cli ? Overlay(OptionsOf(cli) with { Environment = null }, options) : options;
    }

    /// <summary>A profile that was named.</summary>
    /// <exception cref="E2BProfileException">There is none, or it cannot be used.</exception>
    public static E2BConnectionOptions OptionsOf(string name) => OptionsOf(name, ProfileFile.Find(name) ?? throw ProfileFile.Missing(name));

    /// <summary>
    /// The options of a profile. The environment adds no account and no address to it: its key is for the service
    /// that it was saved for.
    /// </summary>
    public static E2BConnectionOptions OptionsOf(string name, StoredProfile profile)
    {
        string source = $"profile '{name}'";
        string? key = profile.ApiKeySecret is { } secret ? SecretVault.Read(secret, profile.Vault) : profile.ApiKey;
        return Labelled(
            new E2BConnectionOptions
            {
                Profile = name,
                Project = profile.Project,
                ApiKey = key,
                AccessToken = profile.AccessToken,
                Domain = profile.Domain,
                ApiUrl = profile.ApiUrl,
                SandboxUrl = profile.SandboxUrl,
                Debug = profile.Debug,
                ValidateApiKey = profile.ValidateApiKey,
                ProxyUri = profile.Proxy,
                RequestTimeout = profile.RequestTimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                Environment = OnlyWhetherToValidate,
            },
            source,
            profile.ApiKeySecret is null ? source : $"vault, by {source}");
    }

    /// <summary>The CLI's key, for the CLI's service.</summary>
    public static E2BConnectionOptions OptionsOf(CliConfiguration cli) => Labelled(
        new E2BConnectionOptions { ApiKey = cli.ApiKey, Project = cli.Project, Environment = OnlyWhetherToValidate },
        CliConfiguration.Location,
        CliConfiguration.Location);

    /// <summary>What was given on top of what was stored. Who names a key means no other; who names a domain, no other address.</summary>
    public static E2BConnectionOptions Overlay(E2BConnectionOptions stored, E2BConnectionOptions given)
    {
        bool isKeyGiven = !string.IsNullOrEmpty(given.ApiKey) || !string.IsNullOrEmpty(given.AccessToken);
        bool isDomainGiven = !string.IsNullOrEmpty(given.Domain);
        var origins = new Dictionary<string, string>(stored.Origins ?? new Dictionary<string, string>());
        foreach ((string name, string source) in given.Origins ?? new Dictionary<string, string>())
        {
            origins[name] = source;
        }

        return stored with
        {
            ApiKey = isKeyGiven ? given.ApiKey : stored.ApiKey,
            AccessToken = isKeyGiven ? given.AccessToken : stored.AccessToken,
            Project = isKeyGiven ? given.Project : stored.Project,
            Domain = isDomainGiven ? given.Domain : stored.Domain,
            ApiUrl = given.ApiUrl ?? (isDomainGiven ? null : stored.ApiUrl),
            SandboxUrl = given.SandboxUrl ?? (isDomainGiven ? null : stored.SandboxUrl),
            Debug = given.Debug ?? stored.Debug,
            ProxyUri = given.ProxyUri ?? stored.ProxyUri,
            RequestTimeout = given.RequestTimeout ?? stored.RequestTimeout,
            Origins = origins,
        };
    }

    /// <summary>Says of every option that is set where it came from.</summary>
    public static E2BConnectionOptions Labelled(E2BConnectionOptions options, string source, string keySource)
    {
        var origins = new Dictionary<string, string>();
        void Label(string name, object? value, string from)
        {
            if (value is not null)
            {
                origins[name] = from;
            }
        }

        Label(nameof(options.Profile), options.Profile, source);
        Label(nameof(options.Project), options.Project, source);
        Label(nameof(options.ApiKey), options.ApiKey, keySource);
        Label(nameof(options.AccessToken), options.AccessToken, source);
        Label(nameof(options.Domain), options.Domain, source);
        Label(nameof(options.ApiUrl), options.ApiUrl, source);
        Label(nameof(options.SandboxUrl), options.SandboxUrl, source);
        Label(nameof(options.Debug), options.Debug, source);
        Label(nameof(options.ValidateApiKey), options.ValidateApiKey, source);
        Label("Proxy", options.ProxyUri, source);
        Label(nameof(options.RequestTimeout), options.RequestTimeout, source);
        return options with { Origins = origins };
    }

    /// <summary>What to store of options: what they say, and what the environment adds to them.</summary>
    /// <param name="options">The options of the connection.</param>
    /// <param name="secret">The key's name in a vault: then the key itself is not stored.</param>
    /// <param name="vault">The vault.</param>
    public static StoredProfile ToProfile(E2BConnectionOptions options, string? secret, string? vault)
    {
        Func<string, string?> variable = options.Environment is { } own ? own : Variable;
        bool isNamed = !string.IsNullOrEmpty(options.ApiKey) || !string.IsNullOrEmpty(options.AccessToken);
        Uri? Address(string name) => Uri.TryCreate(variable(name), UriKind.Absolute, out Uri? uri) ? uri : null;
        bool? Flag(string name) => variable(name) is { } text ? string.Equals(text, "true", StringComparison.OrdinalIgnoreCase) : null;
        return new StoredProfile
        {
            Project = options.Project,
            ApiKey = secret is not null ? null : options.ApiKey ?? (isNamed ? null : variable("E2B_API_KEY")),
            ApiKeySecret = secret,
            Vault = vault,
            AccessToken = options.AccessToken ?? (isNamed ? null : variable("E2B_ACCESS_TOKEN")),
            Domain = options.Domain ?? variable("E2B_DOMAIN"),
            ApiUrl = options.ApiUrl ?? Address("E2B_API_URL"),
            SandboxUrl = options.SandboxUrl ?? Address("E2B_SANDBOX_URL"),
            Debug = options.Debug ?? Flag("E2B_DEBUG"),
            ValidateApiKey = options.ValidateApiKey ?? (string.Equals(variable("E2B_VALIDATE_API_KEY"), "false", StringComparison.OrdinalIgnoreCase) ? false : null),
            Proxy = options.ProxyUri,
            RequestTimeoutSec = options.RequestTimeout?.TotalSeconds,
        };
    }

    /// <summary>Files with keys that others can read, and what to do about it.</summary>
    public static IEnumerable<string> Warnings() =>
        new[] { ProfileFile.Location, CliConfiguration.Location }.Where(SettingsFolder.IsOpenToOthers).Select(SettingsFolder.WarningAbout);

    private static string? OnlyWhetherToValidate(string name) => name == "E2B_VALIDATE_API_KEY" ? Variable(name) : null;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
