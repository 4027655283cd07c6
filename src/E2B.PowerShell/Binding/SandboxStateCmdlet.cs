using System.Management.Automation;
using E2B.PowerShell.Completion;

namespace E2B.PowerShell.Binding;

/// <summary>The base of cmdlets that ask what has become of sandboxes, and of what listens in them.</summary>
public abstract class SandboxStateCmdlet : AttachingCmdlet
{
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
    protected override void EndProcessing() => Ask(Targets());
}
