namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// A change of a sandbox's state that is under way. Until it is disposed of nobody else begins one; the sandbox may
/// be ended, which then waits for this. Disposed of unfinished, the sandbox is back in the state it came from.
/// </summary>
internal sealed class StateChange(Sandbox sandbox, SandboxState from, Action<Sandbox, Func<SandboxPhase, SandboxPhase>> set) : IDisposable
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _finished;

    public Task Done => _done.Task;

    /// <summary>Finishes the change.</summary>
    /// <exception cref="ApiException">404: the sandbox was ended meanwhile.</exception>
    public void Finish(Func<SandboxPhase, SandboxPhase> next)
    {
        set(sandbox, next);
        _finished = true;
        if (sandbox.Phase.State == SandboxState.Ended)
        {
            throw ApiException.SandboxNotFound(sandbox.Id);
        }
    }

    public void Dispose()
    {
        if (!_finished)
        {
            set(sandbox, phase => phase with { State = from });
        }

        _done.TrySetResult();
    }
}
