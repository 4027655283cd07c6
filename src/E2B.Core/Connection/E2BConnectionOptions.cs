using System.Net;
using System.Text;
using E2B.Transport;

namespace E2B;

/// <summary>How to reach E2B. Everything is optional: what is <see langword="null"/> comes from the environment, then from the defaults.</summary>
public sealed record E2BConnectionOptions
{
    /// <summary>The project's API key, <c>e2b_</c> and hexadecimal digits. Else <c>E2B_API_KEY</c>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>An account's access token, sent as a bearer token where there is no API key. Else <c>E2B_ACCESS_TOKEN</c>.</summary>
    public string? AccessToken { get; init; }

    /// <summary>The service's domain. Else <c>E2B_DOMAIN</c>, else <c>e2b.app</c>.</summary>
    public string? Domain { get; init; }

    /// <summary>The control plane. Else <c>E2B_API_URL</c>, else <c>http://localhost:3000</c> in debug mode, else <c>https://api.&lt;domain&gt;</c>.</summary>
    public Uri? ApiUrl { get; init; }

    /// <summary>Where all sandboxes are reached. Else <c>E2B_SANDBOX_URL</c>, else by domain or debug mode.</summary>
    public Uri? SandboxUrl { get; init; }

    /// <summary>Debug mode: talk to a daemon on this machine; create and kill make no call. Else <c>E2B_DEBUG</c>, else no.</summary>
    public bool? Debug { get; init; }

    /// <summary>Whether the API key's form is checked before it is used. Else <c>E2B_VALIDATE_API_KEY</c>, else yes.</summary>
    public bool? ValidateApiKey { get; init; }

    /// <summary>How long a request may take: to connect, to be answered, and for the whole of an answer that is no stream. Default 60 s; zero for no limit.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>The proxy for every request; <see langword="null"/> means <see cref="ProxyUri"/>, else the system's, except for this machine's own addresses.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The proxy as an address, <c>http://user:password@host:8080</c> for one that asks. Not together with <see cref="Proxy"/>.</summary>
    public Uri? ProxyUri { get; init; }

    /// <summary>More headers for requests to the control plane. A <c>User-Agent</c> among them replaces ours everywhere.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>A program built on this library, as <c>name/version</c>: appended to the <c>User-Agent</c>.</summary>
    public string? Integration { get; init; }

    /// <summary>The name of the project that the key belongs to. It is only shown.</summary>
    public string? Project { get; init; }

    /// <summary>The name of the profile that these options were read from. It is only shown.</summary>
    public string? Profile { get; init; }

    /// <summary>Where options came from, by the option's name (<c>ApiKey</c>, <c>Domain</c> …), in words that <see cref="E2BConnection.Settings"/> shows. An option without words is shown as <c>option</c>.</summary>
    public IReadOnlyDictionary<string, string>? Origins { get; init; }

    /// <summary>Reads an environment variable; <see langword="null"/> means the process's environment.</summary>
    public Func<string, string?>? Environment { get; init; }

    internal Func<HttpMessageHandler>? HandlerFactory { get; init; }

    internal TimeProvider? Clock { get; init; }

    internal StreamTiming? Timing { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        // The compiler's version would print the keys.
        builder.Append("ApiUrl = ").Append(ApiUrl).Append(", Domain = ").Append(Domain);
        builder.Append(", ApiKey = ").Append(ApiKey is null ? "(not set)" : "(set)");
        builder.Append(", AccessToken = ").Append(AccessToken is null ? "(not set)" : "(set)");
        return true;
    }
}
