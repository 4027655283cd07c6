using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using E2B.Transport;

namespace E2B.Diagnosis;

/// <summary>Looks at everything between this machine and E2B, in the order in which a request meets it.</summary>
internal sealed class ConnectionDoctor : IDisposable
{
    private const string NoSandbox = "i0000000000000000000000";

    private static readonly TimeSpan _clockTolerance = TimeSpan.FromSeconds(60);

    private readonly E2BClient _client;
    private readonly TimeSpan _limit;
    private readonly NetworkPath _path;
    private readonly ServerProbe _probe;
    private ProbeAnswer? _answer;
    private SandboxInfo? _sandbox;

    /// <param name="client">The client whose connection is looked at.</param>
    /// <param name="limit">How long each check may take.</param>
    public ConnectionDoctor(E2BClient client, TimeSpan limit)
    {
        _client = client.WithRequestTimeout(limit);
        _limit = limit;
        _path = new NetworkPath(client.Connection);
        _probe = new ServerProbe(client.Connection);
    }

    private E2BConnection Connection => _client.Connection;

    public async IAsyncEnumerable<ConnectionCheck> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return CheckSettings();
        string? obstacle = Connection.Debug ? "In debug mode there is no control plane." : null;
        (string Name, Func<CancellationToken, Task<ConnectionCheck>> Check, bool IsVital)[] checks =
        [
            ("Proxy", _ => Task.FromResult(_path.CheckProxy()), false),
            ("NameResolution", _path.CheckNameAsync, true),
            ("Connection", _path.CheckConnectionAsync, true),
            ("Certificate", CheckCertificateAsync, true),
            ("Api", _ => Task.FromResult(CheckApi()), true),
            ("Clock", _ => Task.FromResult(CheckClock()), false),
            ("ApiKey", CheckApiKeyAsync, false),
            ("AccessToken", CheckAccessTokenAsync, false),
        ];
        foreach ((string name, Func<CancellationToken, Task<ConnectionCheck>> check, bool isVital) in checks)
        {
            if (obstacle is not null)
            {
                yield return new(name, CheckStatus.Skipped, obstacle);
                continue;
            }

            ConnectionCheck result = await GuardAsync(name, check, cancellationToken).ConfigureAwait(false);
            yield return result;
            obstacle = isVital && result.Status == CheckStatus.Failed ? $"Not reached: the check {name} failed." : null;
        }

        yield return await GuardAsync("SandboxEdge", CheckEdgeAsync, cancellationToken).ConfigureAwait(false);
        yield return CheckVersion();
    }

    public void Dispose() => _probe.Dispose();

    /// <summary>Whatever goes wrong in a check is its result.</summary>
    private async Task<ConnectionCheck> GuardAsync(string name, Func<CancellationToken, Task<ConnectionCheck>> check, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_limit > TimeSpan.Zero)
        {
            limit.CancelAfter(_limit);
        }

        try
        {
            return await check(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(
                name,
                CheckStatus.Failed,
                string.Create(CultureInfo.InvariantCulture, $"No answer within {_limit.TotalSeconds:0.###} s."),
                "A firewall may drop the packets, or the way is very slow: -RequestTimeoutSec gives more time.");
        }
        catch (E2BException e)
        {
            return new(name, CheckStatus.Failed, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Broken(name, e);
        }
    }

    private static ConnectionCheck Broken(string name, Exception failure) => (failure as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.ProxyTunnelError => new(name, CheckStatus.Failed, "The proxy gives no way to the server.", "Check the proxy's address, user and password."),
        HttpRequestError.NameResolutionError => new(name, CheckStatus.Failed, "The server's name is not resolved.", "Check the network, its name server, and the domain or URL. A cluster with a host for each sandbox needs a wildcard name."),
        HttpRequestError.ConnectionError => new(name, CheckStatus.Failed, "The server takes no connection.", "Check the network and firewalls, the URL's port, and that the server runs."),
        HttpRequestError.SecureConnectionError => new(name, CheckStatus.Failed, "No secure connection came about.", "Check that the port speaks https, and that no proxy between breaks it off."),
        _ => new(name, CheckStatus.Failed, "The connection broke.", "Something on the way, a proxy or firewall, cuts it, or the server speaks another protocol."),
    };

    private ConnectionCheck CheckSettings()
    {
        string found = string.Join("; ", Connection.Settings
            .Where(static s => s.Source.Length > 0 && s.Source != "default" && s.Source != "from the domain")
            .Select(static s => $"{s.Name} {s.Value} ({s.Source})"));
        string detail = found.Length > 0 ? found + "." : "All values are the defaults.";
        return Connection.Debug || Connection.HasApiKey
            ? new("Settings", CheckStatus.Passed, detail)
            : new(
                "Settings",
                Connection.HasAccessToken ? CheckStatus.Warning : CheckStatus.Failed,
                $"There is no API key. {detail}",
                Connection.HasAccessToken
                    ? "An access token is for the account's routes: choose a project's key with Connect-E2B -Project."
                    : "Set E2B_API_KEY, run Connect-E2B, or sign in with the CLI: run e2b auth login.");
    }

    /// <summary>Asks the API for the first time: what is seen of the certificate, the answer and its clock are the next three results.</summary>
    private async Task<ConnectionCheck> CheckCertificateAsync(CancellationToken cancellationToken)
    {
        bool isEncrypted = Connection.ApiUrl.Scheme == Uri.UriSchemeHttps;
        try
        {
            _answer = await _probe.AskAsync(Connection.ApiUrl, sandboxId: null, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException) when (_probe.Certificate is { IsGood: false } bad)
        {
            return new("Certificate", CheckStatus.Failed, bad.Detail, bad.Advice);
        }

        return isEncrypted
            ? new("Certificate", CheckStatus.Passed, _probe.Certificate?.Detail ?? "It is in order.")
            : Connection.ApiUrl.IsLoopback
                ? new("Certificate", CheckStatus.Skipped, "http on this machine needs none.")
                : new("Certificate", CheckStatus.Warning, "The URL is http: keys and data travel unencrypted.", "Use https where the network is not yours alone.");
    }

    private ConnectionCheck CheckApi() => _answer!.Status switch
    {
        >= 200 and < 300 => new("Api", CheckStatus.Passed, string.Create(
            CultureInfo.InvariantCulture, $"{Connection.ApiUrl.Authority} answers ({_answer.Took.TotalMilliseconds:0} ms).")),
        >= 300 and < 400 => new("Api", CheckStatus.Failed, $"{Connection.ApiUrl.Authority} redirects.", "Set the URL that is meant: credentials are not sent on."),
        407 => new("Api", CheckStatus.Failed, "The proxy wants a user and password.", "Write them into the proxy's address: http://user:password@host:port."),
        >= 500 => new("Api", CheckStatus.Failed, $"{Connection.ApiUrl.Authority} has trouble (HTTP {_answer.Status}).", "Try again later; see https://status.e2b.dev for the cloud."),
        int status => new("Api", CheckStatus.Warning, $"{Connection.ApiUrl.Authority} answers, but not as E2B does (HTTP {status} for /health).", "Check that the URL leads to E2B's API."),
    };

    private ConnectionCheck CheckClock()
    {
        if (_answer!.ClockAhead is not { } ahead)
        {
            return new("Clock", CheckStatus.Skipped, "The server does not tell its time.");
        }

        // The server tells whole seconds.
        if (ahead.Duration() < TimeSpan.FromSeconds(2))
        {
            return new("Clock", CheckStatus.Passed, "This machine's clock agrees with the server's.");
        }

        string difference = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(ahead.TotalSeconds):0} s {(ahead < TimeSpan.Zero ? "ahead of" : "behind")} the server's");
        return ahead.Duration() <= _clockTolerance
            ? new("Clock", CheckStatus.Passed, $"This machine's clock is {difference}.")
            : new("Clock", CheckStatus.Warning, $"This machine's clock is {difference}.", "Synchronise it (NTP): signed URLs and times left are judged by it.");
    }

    private async Task<ConnectionCheck> CheckApiKeyAsync(CancellationToken cancellationToken)
    {
        if (!Connection.HasApiKey)
        {
            return new("ApiKey", CheckStatus.Skipped, "There is none.");
        }

        var filter = new SandboxListFilter { States = new[] { SandboxState.Running }, PageSize = 1 };
        try
        {
            await foreach (SandboxInfo info in _client.Sandboxes.ListAsync(filter, cancellationToken).ConfigureAwait(false))
            {
                _sandbox = info;
                break;
            }

            return new("ApiKey", CheckStatus.Passed, "The service accepts it.");
        }
        catch (E2BAuthenticationException e)
        {
            return new("ApiKey", CheckStatus.Failed, e.Message, "Check that the key belongs to this service and was not revoked.");
        }
        catch (E2BRateLimitException e)
        {
            return new("ApiKey", CheckStatus.Warning, e.Message, "The key is known; the service has too much to do for it.");
        }
    }

    private async Task<ConnectionCheck> CheckAccessTokenAsync(CancellationToken cancellationToken)
    {
        if (!Connection.HasAccessToken)
        {
            return new("AccessToken", CheckStatus.Skipped, "There is none.");
        }

        try
        {
            IReadOnlyList<E2BProject> projects = await _client.Account.ListProjectsAsync(cancellationToken).ConfigureAwait(false);
            return new("AccessToken", CheckStatus.Passed, $"The service accepts it; projects: {string.Join(", ", projects.Select(static p => p.Name))}.");
        }
        catch (E2BAuthenticationException e)
        {
            return new("AccessToken", CheckStatus.Failed, e.Message, "It may have expired: run e2b auth login for a new one.");
        }
        catch (E2BException e) when (e.StatusCode is 404 or 405 or 501)
        {
            return new("AccessToken", CheckStatus.Warning, "This service has no accounts.", "The token is of no use here; the API key is.");
        }
    }

    private async Task<ConnectionCheck> CheckEdgeAsync(CancellationToken cancellationToken)
    {
        Uri edge = Connection.GetDaemonUrl(_sandbox?.SandboxId ?? NoSandbox, domain: null);
        ProbeAnswer answer = await _probe.AskAsync(edge, _sandbox?.SandboxId ?? NoSandbox, cancellationToken).ConfigureAwait(false);
        string took = string.Create(CultureInfo.InvariantCulture, $"{answer.Took.TotalMilliseconds:0} ms");
        bool isGood = answer.Status is >= 200 and < 300;
        return (_sandbox, isGood) switch
        {
            (_, true) when Connection.Debug => new("SandboxEdge", CheckStatus.Passed, $"The daemon at {edge.Authority} answers ({took})."),
            ({ } sandbox, true) => new("SandboxEdge", CheckStatus.Passed, $"The sandbox {sandbox.SandboxId} answers at {edge.Authority} ({took})."),
            ({ } sandbox, false) => new("SandboxEdge", CheckStatus.Warning, $"{edge.Authority} answers HTTP {answer.Status} for the sandbox {sandbox.SandboxId}.", "It may have ended in this moment: try again."),
            (null, _) when answer.Status is >= 300 and < 400 or 407 => new("SandboxEdge", CheckStatus.Failed, $"{edge.Authority} answers HTTP {answer.Status}.", "Check the domain or E2B_SANDBOX_URL, and the proxy."),
            _ => new("SandboxEdge", CheckStatus.Passed, $"{edge.Authority} is reached ({took}); no sandbox runs that could be asked."),
        };
    }

    private ConnectionCheck CheckVersion()
    {
        string own = $"E2B.Core {E2BConnection.LibraryVersion}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}";
        if (_sandbox is null)
        {
            return new("Version", CheckStatus.Passed, own + "; no sandbox runs whose daemon could tell its version.");
        }

        var daemon = new DaemonVersion(_sandbox.EnvdVersion);
        string detail = $"{own}; daemon {daemon.Text} in the sandbox {_sandbox.SandboxId}.";
        return daemon.KeepsFileMetadata
            ? new("Version", CheckStatus.Passed, detail)
            : new("Version", daemon.IsSupported ? CheckStatus.Warning : CheckStatus.Failed, detail, $"The template '{_sandbox.Template}' has an old daemon: build it again for all features.");
    }
}
