using System.Management.Automation;
using System.Net;
using System.Security;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Connects to sandboxes by their ids: paused ones are resumed. With a sandbox's own token nobody is asked.</summary>
[Cmdlet(VerbsCommunications.Connect, "E2BSandbox", DefaultParameterSetName = ConnectSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(Sandbox))]
public sealed class ConnectE2BSandboxCommand : ResumingCmdlet
{
    private const string ConnectSet = "Connect";
    private const string TokenSet = "Token";

    /// <summary>How long the sandbox lives from now on at least, in seconds. 300 without it.</summary>
    [Parameter(ParameterSetName = ConnectSet)]
    [ValidateRange(1, Limits.MaxSeconds)]
    public override int TimeoutSec { get; set; }

    /// <summary>Start paused sandboxes anew from their files.</summary>
    [Parameter(ParameterSetName = ConnectSet)]
    public override SwitchParameter FilesOnly { get; set; }

    /// <summary>The sandbox's own access token: a SecureString, or plain text.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet)]
    [SecretTransformation]
    public SecureString? AccessToken { get; set; }

    /// <summary>The token for the sandbox's other ports.</summary>
    [Parameter(ParameterSetName = TokenSet)]
    [SecretTransformation]
    public SecureString? TrafficAccessToken { get; set; }

    /// <summary>The version of the daemon in the sandbox.</summary>
    [Parameter(ParameterSetName = TokenSet)]
    public string? EnvdVersion { get; set; }

    /// <summary>The domain under which the sandbox is found.</summary>
    [Parameter(ParameterSetName = TokenSet)]
    public string? Domain { get; set; }

    /// <summary>Make it the session's default sandbox, for cmdlets that are given none.</summary>
    [Parameter]
    public SwitchParameter AsDefault { get; set; }

    private protected override string Deed => "Connect to the sandbox";

    private Sandbox? _connected;

    private protected override void Check()
    {
        if (Given.Count > 1 && (AsDefault || ParameterSetName == TokenSet))
        {
            Refuse("E2BSeveralSandboxes", $"{Given.Count} sandboxes are named, and {(AsDefault ? "one can be the default one" : "a token is that of one")}.", Given);
        }
    }

    private protected override Func<CancellationToken, Task<Sandbox>> FinderOf(object given)
    {
        if (ParameterSetName != TokenSet)
        {
            return base.FinderOf(given);
        }

        Sandbox sandbox = Client.Sandboxes.Attach(SandboxArgument.GetId(given), new SandboxAccess
        {
            AccessToken = Plain(AccessToken),
            TrafficAccessToken = Plain(TrafficAccessToken),
            EnvdVersion = EnvdVersion,
            Domain = Domain,
        });
        return _ => Task.FromResult(sandbox);
    }

    private protected override async Task WorkAsync(Sandbox sandbox, object given, PipelineWriter writer, CancellationToken stop)
    {
        if (ParameterSetName == TokenSet)
        {
            await writer.OutputAsync(sandbox).ConfigureAwait(false);
        }
        else
        {
            await ResumeAsync(sandbox, writer, stop).ConfigureAwait(false);
            await WriteAsync(sandbox, writer, stop).ConfigureAwait(false);
        }

        _connected = sandbox;
    }

    private protected override void Finish(IReadOnlyList<object> succeeded)
    {
        if (AsDefault && _connected is not null)
        {
            Session.Defaults = Session.Defaults with { Sandbox = _connected };
        }
    }

    private static string? Plain(SecureString? secret) => secret is { Length: > 0 } ? new NetworkCredential(string.Empty, secret).Password : null;
}
