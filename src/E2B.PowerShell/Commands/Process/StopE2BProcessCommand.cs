using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Processes;

namespace E2B.PowerShell.Commands;

/// <summary>Ends processes with all that they have started.</summary>
[Cmdlet(VerbsLifecycle.Stop, "E2BProcess", SupportsShouldProcess = true)]
[OutputType(typeof(StopResult))]
public sealed class StopE2BProcessCommand : ProcessCmdlet
{
    /// <summary>Kill at once, or ask with SIGTERM and kill what is left after -GraceSec.</summary>
    [Parameter]
    public StopSignal Signal { get; set; } = StopSignal.Kill;

    /// <summary>Seconds between SIGTERM and the kill.</summary>
    [Parameter]
    [ValidateRange(0, 3600)]
    public int GraceSec { get; set; } = (int)StopOptions.DefaultGrace.TotalSeconds;

    /// <summary>Signal the process alone, and none of its children.</summary>
    [Parameter]
    public SwitchParameter LeaderOnly { get; set; }

    /// <summary>What was signalled, on the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var options = new StopOptions { Signal = Signal, Tree = !LeaderOnly, Grace = TimeSpan.FromSeconds(GraceSec) };
        foreach (E2BProcess process in ResolveProcesses())
        {
            if (!ShouldProcess($"{process.Pid} {process.Command} in sandbox {process.SandboxId}", "Stop process")
                || !TryAwait(token => WithRequestTimeout(process.Sandbox).Commands.StopAsync(process.Pid, options, token), process, out StopResult result))
            {
                continue;
            }

            if (!result.WasRunning)
            {
                WriteError(ErrorFactory.NotFound(
                    "E2BProcessNotFound", $"There is no process {process.Pid} in sandbox {process.SandboxId}; it may have ended.", process));
            }
            else if (PassThru)
            {
                WriteObject(result);
            }
        }
    }
}
