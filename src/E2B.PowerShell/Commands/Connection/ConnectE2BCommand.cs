using System.Management.Automation;
using System.Net;
using System.Security;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Chooses the account, or the local server, that this session works with.</summary>
[Cmdlet(VerbsCommunications.Connect, "E2B", DefaultParameterSetName = ServiceSet)]
[OutputType(typeof(E2BConnection))]
public sealed class ConnectE2BCommand : E2BCmdlet
{
    private const string ServiceSet = "Service";
    private const string LocalSet = "Local";

    /// <summary>The API key: a SecureString, or plain text from a vault.</summary>
    [Parameter(Position = 0, ParameterSetName = ServiceSet)]
    [AllowNull]
    [SecretTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>An account's access token: a SecureString, or plain text from a vault.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [AllowNull]
    [SecretTransformation]
    public SecureString? AccessToken { get; set; }

    /// <summary>The domain of a self-hosted cluster.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public string? Domain { get; set; }

    /// <summary>The address of the API, where it is not <c>https://api.</c> and the domain.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public Uri? ApiUrl { get; set; }

    /// <summary>The address under which all sandboxes are reached, where the domain does not say it.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public Uri? SandboxUrl { get; set; }

    /// <summary>Talk to one daemon on this machine, without any control plane, as the official SDKs do with E2B_DEBUG.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter DebugMode { get; set; }

    /// <summary>Use the local server of this machine: the one that this session started, else one that runs.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LocalSet)]
    public SwitchParameter Local { get; set; }

    /// <summary>The data directory of the local server to use, where it is not the usual one.</summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ValidateNotNullOrEmpty]
    public string? DataDirectory { get; set; }

    /// <summary>The proxy for all requests.</summary>
    [Parameter]
    public Uri? Proxy { get; set; }

    /// <summary>How long one request may take, in seconds; 0 for no limit. 60 without it.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int RequestTimeoutSec { get; set; }

    /// <summary>The connection on the pipeline, to be given to -Connection.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        RefuseEmpty(nameof(ApiKey), ApiKey);
        RefuseEmpty(nameof(AccessToken), AccessToken);
        E2BSession session = E2BSession.Current;
        try
        {
            E2BConnectionOptions options = Local ? LocalOptions(session) : ServiceOptions();
            options = options with
            {
                ProxyUri = Proxy,
                RequestTimeout = MyInvocation.BoundParameters.ContainsKey(nameof(RequestTimeoutSec)) ? TimeSpan.FromSeconds(RequestTimeoutSec) : null,
            };
            session.Connection = E2BConnection.Resolve(options);
        }
        catch (E2BException e)
        {
            ThrowTerminatingError(ErrorFactory.Create(e, null));
        }

        if (PassThru)
        {
            WriteObject(session.Connection);
        }
    }

    /// <summary>A secret that a vault did not find must not quietly become somebody else's.</summary>
    private void RefuseEmpty(string name, SecureString? secret)
    {
        if (MyInvocation.BoundParameters.ContainsKey(name) && secret is not { Length: > 0 })
        {
            Refuse("E2BEmptySecret", $"-{name} is empty. Leave it out to use what the environment has.", null);
        }
    }

    private static string? Reveal(SecureString? secret) => secret is null ? null : new NetworkCredential(string.Empty, secret).Password;

    private E2BConnectionOptions ServiceOptions() => Connections.WithStoredKey(new E2BConnectionOptions
    {
        ApiKey = Reveal(ApiKey),
        AccessToken = Reveal(AccessToken),
        Domain = Domain,
        ApiUrl = ApiUrl,
        SandboxUrl = SandboxUrl,
        Debug = DebugMode.IsPresent ? DebugMode.ToBool() : null,
    });

    private E2BConnectionOptions LocalOptions(E2BSession session)
    {
        LocalServerInfo? server = DataDirectory is not null
            ? LocalServerInfo.Find(SessionState.Path.GetUnresolvedProviderPathFromPSPath(DataDirectory))
            : session.LocalServer is { HasExited: false } own ? own.Info : LocalServerInfo.Find();
        if (server is null)
        {
            ThrowTerminatingError(ErrorFactory.NotFound(
                "E2BLocalServerNotFound",
                DataDirectory is null
                    ? "No local server runs on this machine. Start one with Start-E2BLocalServer."
                    : $"No local server uses the directory '{DataDirectory}'. Start one with Start-E2BLocalServer -DataDirectory.",
                DataDirectory));
        }

        return server!.ToConnectionOptions();
    }
}
