using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Reflection;
using E2B.Protocol;
using E2B.Transport;

namespace E2B;

/// <summary>How E2B is reached: options, environment and defaults put together. It does not change, and shows no secret.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class E2BConnection
{
    /// <summary>The request timeout unless an option says otherwise: 60 s, as in the official SDKs.</summary>
    public static readonly TimeSpan DefaultRequestTimeout = TimeSpan.FromSeconds(60);

    private static readonly SearchValues<char> _keyDigits = SearchValues.Create("0123456789abcdef");

    // Domains with one host for all sandboxes; elsewhere each sandbox has its own.
    private static readonly string[] _domainsWithCommonHost = ["e2b.app", "e2b.dev", "e2b.pro", "e2b-staging.dev"];

    private E2BConnection(E2BConnection other, TimeSpan requestTimeout)
    {
        ApiUrl = other.ApiUrl;
        SandboxUrl = other.SandboxUrl;
        Domain = other.Domain;
        Debug = other.Debug;
        UserAgent = other.UserAgent;
        ApiKey = other.ApiKey;
        AccessToken = other.AccessToken;
        Proxy = other.Proxy;
        Headers = other.Headers;
        ValidatesApiKey = other.ValidatesApiKey;
        HandlerFactory = other.HandlerFactory;
        Clock = other.Clock;
        Timing = other.Timing;
        Project = other.Project;
        Profile = other.Profile;
        Sources = other.Sources;
        RequestTimeout = requestTimeout;
    }

    private E2BConnection(E2BConnectionOptions options)
    {
        Func<string, string?> variables = options.Environment ?? Environment.GetEnvironmentVariable;
        string? Variable(string name) => variables(name) is { Length: > 0 } value ? value : null;

        // Whoever names one credential means that one: the environment adds no other account's.
        bool isNamed = NullIfEmpty(options.ApiKey) is not null || NullIfEmpty(options.AccessToken) is not null;
        ApiKey = NullIfEmpty(options.ApiKey) ?? (isNamed ? null : Variable("E2B_API_KEY"));
        AccessToken = NullIfEmpty(options.AccessToken) ?? (isNamed ? null : Variable("E2B_ACCESS_TOKEN"));
        Domain = NullIfEmpty(options.Domain) ?? Variable("E2B_DOMAIN") ?? E2BDefaults.Domain;
        Debug = options.Debug ?? string.Equals(Variable("E2B_DEBUG"), "true", StringComparison.OrdinalIgnoreCase);
        ValidatesApiKey = options.ValidateApiKey
            ?? !string.Equals(Variable("E2B_VALIDATE_API_KEY"), "false", StringComparison.OrdinalIgnoreCase);
        RequestTimeout = CheckTimeout(options.RequestTimeout ?? DefaultRequestTimeout);
        ApiUrl = CheckUrl(options.ApiUrl, nameof(options.ApiUrl))
            ?? ParseUrl(Variable("E2B_API_URL"), "E2B_API_URL")
            ?? (Debug
                ? new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{E2BDefaults.DebugApiPort}"))
                : DomainUrl($"https://api.{Domain}"));
        SandboxUrl = CheckUrl(options.SandboxUrl, nameof(options.SandboxUrl))
            ?? ParseUrl(Variable("E2B_SANDBOX_URL"), "E2B_SANDBOX_URL");
        Proxy = ResolveProxy(options);
        Headers = options.Headers ?? new Dictionary<string, string>();
        UserAgent = BuildUserAgent(Headers, options.Integration);
        HandlerFactory = options.HandlerFactory;
        Clock = options.Clock ?? TimeProvider.System;
        Timing = options.Timing ?? new StreamTiming();
        Project = NullIfEmpty(options.Project);
        Profile = NullIfEmpty(options.Profile);
        Sources = new SettingSources(options, Variable, isNamed);
        CheckSecret(ApiKey, "API key");
        CheckSecret(AccessToken, "access token");
        if (!Debug)
        {
            CheckApiKeyForm();
        }
    }

    /// <summary>The control plane.</summary>
    public Uri ApiUrl { get; }

    /// <summary>Where all sandboxes are reached, where that was said; <see langword="null"/> leaves it to the domain.</summary>
    public Uri? SandboxUrl { get; }

    /// <summary>The service's domain.</summary>
    public string Domain { get; }

    /// <summary>Whether this talks to a daemon on this machine, without a control plane for create and kill.</summary>
    public bool Debug { get; }

    /// <summary>How long a request may take; zero means no limit.</summary>
    public TimeSpan RequestTimeout { get; }

    /// <summary>The name of the project that the key belongs to, where that is known.</summary>
    public string? Project { get; }

    /// <summary>The name of the profile that this was read from, if it was.</summary>
    public string? Profile { get; }

    /// <summary>Each value and where it came from. Of a key or token it says only that it is set.</summary>
    public IReadOnlyList<E2BSetting> Settings => Sources.Describe(this);

    /// <summary>Whether there is an API key. The key itself is not shown.</summary>
    public bool HasApiKey => ApiKey is not null;

    /// <summary>Whether there is an account's access token.</summary>
    public bool HasAccessToken => AccessToken is not null;

    /// <summary>How requests name their sender.</summary>
    public string UserAgent { get; }

    /// <summary>The version of this library.</summary>
    internal static string LibraryVersion { get; } =
        (typeof(E2BConnection).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0")
        .Split('+')[0];

    internal string? ApiKey { get; }

    internal string? AccessToken { get; }

    internal IWebProxy? Proxy { get; }

    internal IReadOnlyDictionary<string, string> Headers { get; }

    internal Func<HttpMessageHandler>? HandlerFactory { get; }

    internal TimeProvider Clock { get; }

    internal StreamTiming Timing { get; }

    internal bool ValidatesApiKey { get; }

    private SettingSources Sources { get; }

    /// <summary>Puts options, environment and defaults together. Nothing is sent.</summary>
    /// <param name="options">What is set here wins over the environment.</param>
    /// <exception cref="E2BAuthenticationException">The API key is malformed.</exception>
    /// <exception cref="E2BInvalidArgumentException">An option or environment variable is malformed.</exception>
    public static E2BConnection Resolve(E2BConnectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new E2BConnection(options);
    }

    /// <summary>The host (and port) under which a port of a sandbox is found.</summary>
    /// <param name="sandboxId">The sandbox's id.</param>
    /// <param name="port">A port in the sandbox.</param>
    /// <param name="domain">The sandbox's domain; <see langword="null"/> means the connection's.</param>
    public string GetHost(string sandboxId, int port, string? domain = null) => Debug
        ? string.Create(CultureInfo.InvariantCulture, $"localhost:{port}")
        : string.Create(CultureInfo.InvariantCulture, $"{port}-{sandboxId}.{domain ?? Domain}");

    /// <summary>Where the connection leads and what it has to show there, but no secret.</summary>
    public override string ToString() =>
        $"{ApiUrl} (domain {Domain}, {(HasApiKey ? "API key set" : "no API key")}{(HasAccessToken ? ", access token set" : string.Empty)}{(Debug ? ", debug mode" : string.Empty)})";

    internal E2BConnection WithRequestTimeout(TimeSpan requestTimeout) => new(this, CheckTimeout(requestTimeout));

    /// <summary>Where a sandbox's daemon is reached by requests that name the sandbox in headers.</summary>
    internal Uri GetDaemonUrl(string sandboxId, string? domain)
    {
        string own = domain ?? Domain;
        return SandboxUrl is null && !Debug && _domainsWithCommonHost.Contains(own)
            ? DomainUrl($"https://sandbox.{own}")
            : GetDirectDaemonUrl(sandboxId, domain);
    }

    /// <summary>Where a sandbox's daemon is reached by requests without headers.</summary>
    internal Uri GetDirectDaemonUrl(string sandboxId, string? domain) => GetDirectUrl(sandboxId, E2BDefaults.DaemonPort, domain);

    /// <summary>Where a service of a sandbox is reached on a port by requests that name both in headers, which count where all sandboxes have one address.</summary>
    internal Uri GetDirectUrl(string sandboxId, int port, string? domain)
    {
        if (SandboxUrl is not null)
        {
            return SandboxUrl;
        }

        string host = GetHost(sandboxId, port, domain);
        return Debug ? new Uri($"http://{host}") : DomainUrl($"https://{host}");
    }

    /// <summary>Checks that the control plane can be asked at all.</summary>
    /// <exception cref="E2BAuthenticationException">There is no key and no token, or the key is malformed.</exception>
    internal void RequireCredentials()
    {
        if (ApiKey is null && AccessToken is null)
        {
            throw new E2BAuthenticationException(
                "An API key is needed and none was given. Set the environment variable E2B_API_KEY or pass the key as an option; "
                + "keys are at https://e2b.dev/dashboard?tab=keys. To sign in by browser use E2B's own CLI: run e2b auth login.");
        }

        CheckApiKeyForm();
    }

    /// <summary>Takes the connection's secrets out of somebody else's words.</summary>
    internal string Redact(string text)
    {
        foreach (string? secret in (ReadOnlySpan<string?>)[ApiKey, AccessToken])
        {
            if (secret is { Length: >= 8 })
            {
                text = text.Replace(secret, "***", StringComparison.Ordinal);
            }
        }

        return text;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static TimeSpan CheckTimeout(TimeSpan timeout) => timeout >= TimeSpan.Zero
        ? timeout
        : throw new E2BInvalidArgumentException("The request timeout is negative. Give a duration, or zero for no limit.");

    private static Uri? ParseUrl(string? text, string name)
    {
        if (text is null)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            ? CheckUrl(url, name)
            : throw new E2BInvalidArgumentException($"{name} is no absolute URL. Write it like https://api.example.com.");
    }

    private static Uri? CheckUrl(Uri? url, string name)
    {
        if (url is null || (url.IsAbsoluteUri && url.Scheme is "http" or "https" && url.UserInfo.Length == 0))
        {
            return url;
        }

        if (url.IsAbsoluteUri && url.UserInfo.Length > 0)
        {
            throw new E2BInvalidArgumentException($"{name} has a user or password in it, which is not sent anywhere. Leave it out.");
        }

        throw new E2BInvalidArgumentException($"{name} is no http or https URL. Write it like https://api.example.com.");
    }

    private static Uri DomainUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.PathAndQuery == "/" && url.UserInfo.Length == 0
        ? url
        : throw new E2BInvalidArgumentException(
            $"'{text}' is no valid URL. Check the domain (E2B_DOMAIN or the option): it is a name such as {E2BDefaults.Domain}, without https://.");

    private static IWebProxy? ResolveProxy(E2BConnectionOptions options)
    {
        if (options.ProxyUri is not { } uri)
        {
            return options.Proxy;
        }

        if (options.Proxy is not null)
        {
            throw new E2BInvalidArgumentException("Both Proxy and ProxyUri are set. Set one of them.");
        }

        // The network stack puts the proxy's address into messages: user and password are kept elsewhere.
        var proxy = new WebProxy(SystemProxy.WithoutUser(uri));
        if (uri.UserInfo.Length > 0)
        {
            string[] parts = uri.UserInfo.Split(':', 2);
            proxy.Credentials = new NetworkCredential(
                Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : string.Empty);
        }

        return proxy;
    }

    private static string BuildUserAgent(IReadOnlyDictionary<string, string> headers, string? integration)
    {
        foreach ((string name, string value) in headers)
        {
            if (string.Equals(name, "User-Agent", StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        string own = $"e2b-dotnet/{LibraryVersion}";
        return string.IsNullOrEmpty(integration) ? own : $"{own} {integration}";
    }

    private static void CheckSecret(string? secret, string what)
    {
        if (secret is not null && secret.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new E2BAuthenticationException(
                $"The {what} contains a space, a line break or another character that no {what} has. Check how it was read or pasted.");
        }
    }

    private void CheckApiKeyForm()
    {
        if (!ValidatesApiKey || ApiKey is null)
        {
            return;
        }

        const string Prefix = "e2b_";
        if (ApiKey.Length == Prefix.Length
            || !ApiKey.StartsWith(Prefix, StringComparison.Ordinal)
            || ApiKey.AsSpan(Prefix.Length).ContainsAnyExcept(_keyDigits))
        {
            throw new E2BAuthenticationException(
                "The API key is malformed: it has to be 'e2b_' and lowercase hexadecimal digits. Keys are at "
                + "https://e2b.dev/dashboard?tab=keys; for a service with other keys set E2B_VALIDATE_API_KEY=false.");
        }
    }
}
