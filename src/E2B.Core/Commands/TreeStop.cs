namespace E2B.Commands;

/// <summary>Ends a process with all its descendants.</summary>
internal sealed class TreeStop
{
    private readonly Sandbox _sandbox;
    private readonly ProcessClient _processes;

    public TreeStop(Sandbox sandbox, ProcessClient processes)
    {
        _sandbox = sandbox;
        _processes = processes;
    }

    public async Task<StopResult> StopAsync(int pid, StopOptions options, CancellationToken cancellationToken)
    {
        bool there = await _processes.SignalAsync(pid, options.Signal, cancellationToken).ConfigureAwait(false);
        return new StopResult { SandboxId = _sandbox.SandboxId, Pid = pid, WasRunning = there, Signalled = there ? [pid] : [] };
    }
}
