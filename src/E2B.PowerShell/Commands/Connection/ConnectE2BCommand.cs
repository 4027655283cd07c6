using System.Management.Automation;
using System.Net;
using System.Security;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Commands;

/// <summary>Chooses the account, or the local server, that this session works with, and stores it as a profile if asked to.</summary>
[Cmdlet(VerbsCommunications.Connect, "E2B", DefaultParameterSetName = ServiceSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(E2BConnection))]
public sealed class ConnectE2BCommand : E2BCmdlet
{
    private const string ServiceSet = "Service";
    private const string VaultSet = "Vault";
    private const string ProjectSet = "Project";
    private const string LocalSet = "Local";

    /// <summary>The API key: a SecureString, or plain text from a vault.</summary>
    [Parameter(Position = 0, ParameterSetName = ServiceSet)]
    [AllowNull]
    [SecretTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The name of the API key in a vault of Microsoft.PowerShell.SecretManagement.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VaultSet)]
    [ValidateNotNullOrEmpty]
    public string? ApiKeySecret { get; set; }

    /// <summary>The vault that holds the key, where there are several.</summary>
    [Parameter(ParameterSetName = VaultSet)]
    [ValidateNotNullOrEmpty]
    public string? Vault { get; set; }

    /// <summary>A project's name or id: the one that the CLI holds, or one of the account whose access token there is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ProjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProjectCompleter))]
    public string? Project { get; set; }

    /// <summary>An account's access token: a SecureString, or plain text from a vault.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [Parameter(ParameterSetName = ProjectSet)]
    [AllowNull]
    [SecretTransformation]
    public SecureString? AccessToken { get; set; }

    /// <summary>The domain of a self-hosted cluster.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = ProjectSet)]
    public string? Domain { get; set; }

    /// <summary>The address of the API, where it is not <c>https://api.</c> and the domain.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = ProjectSet)]
    public Uri? ApiUrl { get; set; }

    /// <summary>The address under which all sandboxes are reached, where the domain does not say it.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = ProjectSet)]
    public Uri? SandboxUrl { get; set; }

    /// <summary>Talk to one daemon on this machine, without any control plane, as the official SDKs do with E2B_DEBUG.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public SwitchParameter DebugMode { get; set; }

    /// <summary>A stored profile to use, or, with -Save, to store.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = ProjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileNameCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>Store the connection as a profile, <c>default</c> unless -ProfileName says otherwise.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    [Parameter(ParameterSetName = VaultSet)]
    [Parameter(ParameterSetName = ProjectSet)]
    public SwitchParameter Save { get; set; }

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
            E2BConnectionOptions options = Local ? StoredAccount.Overlay(LocalOptions(session), Given()) : ServiceOptions();
            var connection = E2BConnection.Resolve(options);
            string name = ProfileName ?? ProfileFile.DefaultName;
            string action = Save ? $"Connect, and store the profile '{name}' in '{ProfileFile.Location}'" : "Connect";
            if (!ShouldProcess(connection.ApiUrl.Authority, action))
            {
                return;
            }

            if (Save)
            {
                ProfileFile.Save(name, StoredAccount.ToProfile(options, ApiKeySecret, Vault));
                connection = E2BConnection.Resolve(options with { Profile = name });
            }

            session.Connection = connection;
            Warn(connection);
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            ThrowTerminatingError(ErrorFactory.Create(e, ProfileName ?? Project ?? ApiKeySecret));
        }

        if (PassThru)
        {
            WriteObject(session.Connection);
        }
    }

    private static string? Reveal(SecureString? secret) => secret is null ? null : new NetworkCredential(string.Empty, secret).Password;

    /// <summary>A secret that a vault did not find must not quietly become somebody else's.</summary>
    private void RefuseEmpty(string name, SecureString? secret)
    {
        if (MyInvocation.BoundParameters.ContainsKey(name) && secret is not { Length: > 0 })
        {
            Refuse("E2BEmptySecret", $"-{name} is empty. Leave it out to use what the environment has.", null);
        }
    }

    private void Warn(E2BConnection connection)
    {
        if (Save || connection.Settings.Any(static s => s.Source.StartsWith("profile", StringComparison.Ordinal) || s.Source == CliConfiguration.Location))
        {
            foreach (string warning in StoredAccount.Warnings())
            {
                WriteWarning(warning);
            }
        }
    }

    /// <summary>What the parameters say.</summary>
    private E2BConnectionOptions Given() => StoredAccount.Labelled(
        new E2BConnectionOptions
        {
            ApiKey = ApiKeySecret is null ? Reveal(ApiKey) : SecretVault.Read(ApiKeySecret, Vault),
            AccessToken = Reveal(AccessToken),
            Domain = string.IsNullOrEmpty(Domain) ? null : Domain,
            ApiUrl = ApiUrl,
            SandboxUrl = SandboxUrl,
            Debug = DebugMode.IsPresent ? DebugMode.ToBool() : null,
            ProxyUri = Proxy,
            RequestTimeout = MyInvocation.BoundParameters.ContainsKey(nameof(RequestTimeoutSec)) ? TimeSpan.FromSeconds(RequestTimeoutSec) : null,
        },
        "Connect-E2B",
        ApiKeySecret is null ? "Connect-E2B" : $"vault, secret '{ApiKeySecret}'");

    /// <summary>Parameters, on top of the profile that is named, else of what the environment or the stores have.</summary>
    private E2BConnectionOptions ServiceOptions()
    {
        E2BConnectionOptions given = Given();
        if (Project is not null)
        {
            // With a profile's name this is what to store; another profile's address would be another service's.
            return Await(token => ProjectChoice.FindAsync(Project, given, token));
        }

        if (ProfileName is null)
        {
            return StoredAccount.AddTo(given);
        }

        return ProfileFile.Find(ProfileName) is { } profile
            ? StoredAccount.Overlay(StoredAccount.OptionsOf(ProfileName, profile), given)
            : Save ? StoredAccount.AddTo(given) : throw ProfileFile.Missing(ProfileName);
    }

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

        return StoredAccount.Labelled(server!.ToConnectionOptions(), "the local server", "the local server");
    }
}
