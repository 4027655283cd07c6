using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Commands;

/// <summary>Says of each sandbox whether it runs, and with -Port whether something listens there.</summary>
[Cmdlet(VerbsDiagnostic.Test, "E2BSandbox")]
[OutputType(typeof(bool))]
public sealed class TestE2BSandboxCommand : SandboxStateCmdlet
{
    private protected override void Ask(IReadOnlyList<Sandbox> sandboxes)
    {
        foreach (Task<bool?> test in StartEach(Queue, sandboxes, ThrottleLimit, TestAsync))
        {
            DrainQueueUntil(test);

            // What could not be found out was written as an error.
            if (test.GetAwaiter().GetResult() is { } answer)
            {
                WriteObject(answer);
            }
        }

        DrainQueue();
    }

    private async Task<bool?> TestAsync(Sandbox sandbox, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            return await RunsAsync(sandbox, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SandboxNotFoundException or E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded or E2BTimeoutKind.SandboxPaused })
        {
            return false;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return null;
        }
    }

    private async Task<bool> RunsAsync(Sandbox sandbox, CancellationToken stop)
    {
        // The control plane first: a request for the sandbox itself could wake one that is paused.
        bool isDebug = sandbox.Client.Connection.Debug;
        if (!isDebug && (await sandbox.GetInfoAsync(stop).ConfigureAwait(false)).State != SandboxState.Running)
        {
            return false;
        }

        if (!await sandbox.IsRunningAsync(stop).ConfigureAwait(false))
        {
            return false;
        }

        foreach (int port in Port)
        {
            if (!await sandbox.Ports.IsOpenAsync(port, stop).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }
}
