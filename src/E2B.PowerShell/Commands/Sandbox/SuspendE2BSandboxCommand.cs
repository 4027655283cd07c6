using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Pauses sandboxes, several at a time.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "E2BSandbox", SupportsShouldProcess = true)]
[OutputType(typeof(Sandbox))]
public sealed class SuspendE2BSandboxCommand : EachSandboxCmdlet
{
    /// <summary>Keep the files alone, and let memory and processes go.</summary>
    [Parameter]
    public SwitchParameter FilesOnly { get; set; }

    /// <summary>The sandboxes on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Deed => FilesOnly ? "Pause the sandbox and let its memory go" : "Pause the sandbox";

    private protected override async Task WorkAsync(Sandbox sandbox, object given, PipelineWriter writer, CancellationToken stop)
    {
        bool paused = await WithRequestTimeout(sandbox).PauseAsync(!FilesOnly, stop).ConfigureAwait(false);
        Session.EndKeepAlive(sandbox.SandboxId);
        if (!paused && FilesOnly)
        {
            await writer.WarningAsync($"The sandbox {sandbox} was paused already, and stays as it is: -FilesOnly changes nothing about it.").ConfigureAwait(false);
        }
        else if (!paused)
        {
            await writer.VerboseAsync($"The sandbox {sandbox} was paused already.").ConfigureAwait(false);
        }

        if (PassThru)
        {
            await writer.OutputAsync(sandbox).ConfigureAwait(false);
        }
    }
}
