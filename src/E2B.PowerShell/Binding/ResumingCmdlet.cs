using System.Management.Automation;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>The base of cmdlets that connect to sandboxes, which resumes paused ones.</summary>
public abstract class ResumingCmdlet : EachSandboxCmdlet
{
    /// <summary>How long the sandbox lives from now on at least, in seconds. 300 without it.</summary>
    [Parameter]
    [ValidateRange(1, Limits.MaxSeconds)]
    public virtual int TimeoutSec { get; set; }

    /// <summary>Start paused sandboxes anew from their files.</summary>
    [Parameter]
    public virtual SwitchParameter FilesOnly { get; set; }

    /// <summary>Asks how things stand with a sandbox, before its object is written: who asked for 10 s may have got an hour.</summary>
    private protected async Task WriteAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        if (!sandbox.Client.Connection.Debug)
        {
            await WithRequestTimeout(sandbox).GetInfoAsync(stop).ConfigureAwait(false);
        }

        await writer.OutputAsync(sandbox).ConfigureAwait(false);
    }

    /// <summary>Connects, and says what came back.</summary>
    private protected async Task ResumeAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        await WithRequestTimeout(sandbox).ResumeAsync(
            TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : Session.Defaults.Lifetime, !FilesOnly, stop).ConfigureAwait(false);
        switch (sandbox.ResumedFrom)
        {
            case SandboxResumption.Files when !FilesOnly:
                await writer.WarningAsync($"The sandbox {sandbox} came back with its files alone: its memory was not kept, and its processes are lost.").ConfigureAwait(false);
                break;
            case SandboxResumption.None when FilesOnly:
                await writer.WarningAsync($"The sandbox {sandbox} was running: -FilesOnly changes nothing about it.").ConfigureAwait(false);
                break;
            case SandboxResumption.None:
                await writer.VerboseAsync($"The sandbox {sandbox} was running.").ConfigureAwait(false);
                break;
            default:
                await writer.VerboseAsync($"The sandbox {sandbox} was paused and is resumed.").ConfigureAwait(false);
                break;
        }
    }
}
