using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Processes;

namespace E2B.PowerShell.Commands;

/// <summary>Waits for processes to end and returns how they did. Ctrl+C ends the waiting only.</summary>
[Cmdlet(VerbsLifecycle.Wait, "E2BProcess")]
[OutputType(typeof(CommandResult))]
public sealed class WaitE2BProcessCommand : ProcessCmdlet
{
    /// <summary>Seconds to wait; without it, and with 0, there is no limit. The process runs on after it.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        using var limit = new CancellationTokenSource();
        if (TimeoutSec > 0)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(TimeoutSec));
        }

        foreach (E2BProcess process in ResolveProcesses())
        {
            WriteVerbose($"Waiting for process {process.Pid} in sandbox {process.SandboxId}.");
            try
            {
                if (TryAwait(token => WaitAsync(process, limit.Token, token), process, out CommandResult result))
                {
                    WriteObject(result);
                }
            }
            catch (PipelineStoppedException) when (StopToken.IsCancellationRequested)
            {
                SayHowToComeBack(process.SandboxId, process.ToString());
                throw;
            }
        }
    }

    private async Task<CommandResult> WaitAsync(E2BProcess process, CancellationToken limit, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, stop);
        try
        {
            if (process.Completion is { } completion)
            {
                return await completion.WaitAsync(either.Token).ConfigureAwait(false);
            }

            var options = new CommandOptions { Timeout = TimeSpan.Zero };
            CommandHandle handle = await WithRequestTimeout(process.Sandbox).Commands.ConnectAsync(process.Pid, options, either.Token).ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                return await handle.WaitAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            throw new E2BTimeoutException(
                E2BTimeoutKind.Command,
                $"Process {process.Pid} has not ended within the {TimeoutSec} s of -TimeoutSec. It runs on; wait again with Wait-E2BProcess.");
        }
    }
}
