using System.Diagnostics;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Waits until sandboxes are in a state, or something listens in them. Ctrl+C ends the waiting only.</summary>
[Cmdlet(VerbsLifecycle.Wait, "E2BSandbox")]
[OutputType(typeof(Sandbox))]
public sealed class WaitE2BSandboxCommand : SandboxStateCmdlet
{
    /// <summary>The state to wait for. Running without it.</summary>
    [Parameter]
    [ValidateSet(nameof(SandboxState.Running), nameof(SandboxState.Paused), nameof(SandboxState.Ended))]
    public SandboxState State { get; set; } = SandboxState.Running;

    /// <summary>Seconds to wait; without it, and with 0, there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        if (Port.Length > 0 && State != SandboxState.Running)
        {
            Refuse("E2BInvalidArgument", $"Nothing listens in a sandbox that is {State.ToString().ToLowerInvariant()}. -Port goes with -State Running.", State);
        }
    }

    private protected override void Ask(IReadOnlyList<Sandbox> sandboxes)
    {
        // All waits begin now, however few are asked about at a time.
        var clock = Stopwatch.StartNew();
        StartEach(Queue, sandboxes, ThrottleLimit > 0 ? ThrottleLimit : Math.Max(1, sandboxes.Count), (sandbox, writer, stop) => WaitAsync(sandbox, clock, writer, stop));
        DrainQueue();
    }

    private async Task<bool> WaitAsync(Sandbox sandbox, Stopwatch clock, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            SandboxInfo? info = await sandbox.WaitForStateAsync(State, Left(clock), stop).ConfigureAwait(false);
            foreach (int port in Port)
            {
                await sandbox.Ports.WaitAsync(port, answersHttp: false, Left(clock), stop).ConfigureAwait(false);
            }

            await writer.OutputAsync(info is null ? sandbox : sandbox.Client.Sandboxes.Attach(info)).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>What is left of -TimeoutSec; zero where there is no limit.</summary>
    private TimeSpan Left(Stopwatch clock)
    {
        if (TimeoutSec == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan left = TimeSpan.FromSeconds(TimeoutSec) - clock.Elapsed;
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }
}
