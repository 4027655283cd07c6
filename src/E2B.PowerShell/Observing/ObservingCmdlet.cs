using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Observing;

/// <summary>The base of cmdlets that read what the service keeps about sandboxes, ended ones too.</summary>
public abstract class ObservingCmdlet : AttachingCmdlet
{
    /// <summary>Reads of each sandbox side by side, those that are followed all at once; what fails is an error about the sandbox.</summary>
    private protected void ReadEach(IReadOnlyList<Sandbox> sandboxes, bool atOnce, Func<Sandbox, PipelineWriter, CancellationToken, Task> read)
    {
        StartEach(Queue, sandboxes, atOnce ? Math.Max(1, sandboxes.Count) : 0, async (sandbox, writer, stop) =>
        {
            try
            {
                await read(sandbox, writer, stop).ConfigureAwait(false);
                return true;
            }
            catch (Exception e) when (ErrorFactory.IsExpected(e))
            {
                await writer.FailureAsync(ErrorFactory.Create(e, sandbox.SandboxId)).ConfigureAwait(false);
                return false;
            }
        });
        DrainQueue();
    }
}
