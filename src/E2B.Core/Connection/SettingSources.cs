using System.Globalization;
using System.Net;
using E2B.Transport;

namespace E2B;

/// <summary>Where each value of a connection came from. Only names of sources are kept, no values.</summary>
internal sealed class SettingSources
{
    private const string Set = "set";
    private const string NotSet = "not set";
    private const string Default = "default";

    private static readonly string[] _proxyVariables =
        ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

    private readonly Dictionary<string, string> _sources = [];

    /// <param name="options">What was given.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="isNamed">Whether the options name a credential, so that the environment adds none.</param>
    public SettingSources(E2BConnectionOptions options, Func<string, string?> variable, bool isNamed)
    {
        void Find(string name, bool isOption, string? variableName)
        {
            _sources[name] = isOption
                ? options.Origins?.GetValueOrDefault(name) ?? "option"
                : variableName is not null && variable(variableName) is not null ? variableName : Default;
        }

        Find(nameof(options.ApiKey), !string.IsNullOrEmpty(options.ApiKey), isNamed ? null : "E2B_API_KEY");
        Find(nameof(options.AccessToken), !string.IsNullOrEmpty(options.AccessToken), isNamed ? null : "E2B_ACCESS_TOKEN");
        Find(nameof(options.Project), !string.IsNullOrEmpty(options.Project), null);
        Find(nameof(options.Profile), !string.IsNullOrEmpty(options.Profile), null);
        Find(nameof(options.Domain), !string.IsNullOrEmpty(options.Domain), "E2B_DOMAIN");
        Find(nameof(options.ApiUrl), options.ApiUrl is not null, "E2B_API_URL");
        Find(nameof(options.SandboxUrl), options.SandboxUrl is not null, "E2B_SANDBOX_URL");
        Find(nameof(options.Debug), options.Debug is not null, "E2B_DEBUG");
        Find(nameof(options.ValidateApiKey), options.ValidateApiKey is not null, "E2B_VALIDATE_API_KEY");
        Find("Proxy", options.ProxyUri is not null || options.Proxy is not null, null);
        Find(nameof(options.RequestTimeout), options.RequestTimeout is not null, null);
    }

    /// <summary>The values of the connection, in the order in which a reader wants them.</summary>
    public IReadOnlyList<E2BSetting> Describe(E2BConnection connection)
    {
        var settings = new List<E2BSetting>();
        void Add(string name, string value) => settings.Add(new E2BSetting(name, value, value == NotSet ? string.Empty : _sources[name]));

        Add(nameof(connection.Profile), connection.Profile ?? NotSet);
        Add(nameof(connection.Project), connection.Project ?? NotSet);
        Add(nameof(connection.ApiKey), connection.HasApiKey ? Set : NotSet);
        Add(nameof(connection.AccessToken), connection.HasAccessToken ? Set : NotSet);
        Add(nameof(connection.Domain), connection.Domain);
        AddDerived(nameof(connection.ApiUrl), Shown(connection.ApiUrl));
        AddDerived(nameof(connection.SandboxUrl), connection.SandboxUrl is { } url ? Shown(url) : "by the domain");
        Add(nameof(connection.Debug), connection.Debug ? "on" : "off");
        Add("ValidateApiKey", connection.ValidatesApiKey ? "on" : "off");
        settings.Add(Proxy(connection));
        Add(nameof(connection.RequestTimeout), connection.RequestTimeout == TimeSpan.Zero
            ? "no limit"
            : string.Create(CultureInfo.InvariantCulture, $"{connection.RequestTimeout.TotalSeconds:0.###} s"));
        return settings;

        // An address that nobody gave follows from the domain, or from debug mode.
        void AddDerived(string name, string value) => settings.Add(new E2BSetting(
            name, value, _sources[name] != Default ? _sources[name] : connection.Debug ? "debug mode" : "from the domain"));
    }

    private static string Shown(Uri address) =>
        SystemProxy.WithoutUser(address)!.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    private E2BSetting Proxy(E2BConnection connection)
    {
        IWebProxy proxy = connection.Proxy ?? new SystemProxy();
        Uri? address = proxy.IsBypassed(connection.ApiUrl) ? null : proxy.GetProxy(connection.ApiUrl);
        if (address is null || address == connection.ApiUrl)
        {
            return new E2BSetting("Proxy", "none", connection.Proxy is null ? Default : _sources["Proxy"]);
        }

        string source = connection.Proxy is not null
            ? _sources["Proxy"]
            : _proxyVariables.FirstOrDefault(name => IsAddress(Environment.GetEnvironmentVariable(name), address)) ?? "the system";
        return new E2BSetting("Proxy", Shown(address), source);
    }

    private static bool IsAddress(string? text, Uri address) =>
        !string.IsNullOrEmpty(text)
        && Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out Uri? named)
        && named.Host == address.Host
        && named.Port == address.Port;
}
