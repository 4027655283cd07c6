using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>
/// The base of cmdlets that ask what has become of sandboxes: an id need not be that of one that is still there, so it is not looked up beforehand.
/// </summary>
public abstract class SandboxStateCmdlet : ConnectedCmdlet
{
    private readonly List<Sandbox> _sandboxes = [];

    /// <summary>Sandboxes, or their ids.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId", "Id")]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object[]? Sandbox { get; set; }

    /// <summary>TCP ports in the sandbox, on all of which something has to listen.</summary>
    [Parameter]
    [ValidateRange(1, System.Net.IPEndPoint.MaxPort)]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int[] Port { get; set; } = [];

    /// <summary>How many sandboxes are asked at a time. The default of Set-E2BDefault, 32, without it.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int ThrottleLimit { get; set; }

    /// <summary>Asks about all of them.</summary>
    private protected abstract void Ask(IReadOnlyList<Sandbox> sandboxes);

    /// <inheritdoc/>
    protected override void BeginProcessing() => RefuseNullSandbox(Sandbox);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (object target in (Sandbox ?? []).SelectMany(SandboxArgument.Enumerate))
        {
            try
            {
                _sandboxes.Add(WithRequestTimeout(
                    SandboxArgument.TryGetSandbox(target, out Sandbox? sandbox) ? sandbox! : Client.Sandboxes.Attach(SandboxArgument.GetId(target))));
            }
            catch (E2BInvalidArgumentException e)
            {
                WriteError(ErrorFactory.Create(e, target));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Sandbox is null && !MyInvocation.ExpectingInput)
        {
            _sandboxes.Add(WithRequestTimeout(Session.Defaults.Sandbox ?? RefuseNoSandbox()));
        }

        Ask(_sandboxes);
    }
}
