using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Processes;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Commands;

/// <summary>Streams a running process's output from now on. Leaving early only detaches: the process runs on.</summary>
[Cmdlet(VerbsCommunications.Connect, "E2BProcess")]
[OutputType(typeof(string), typeof(CommandResult), typeof(byte))]
public sealed class ConnectE2BProcessCommand : ProcessCmdlet
{
    /// <summary>The process that was started with this tag.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Exit codes that are no error.</summary>
    [Parameter]
    public int[] SuccessExitCode { get; set; } = [0];

    /// <summary>Bytes instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>stderr on the pipeline too, in order of arrival.</summary>
    [Parameter]
    public SwitchParameter MergeStdErr { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        List<ProcessFollower> followers = [];
        if (Tag is not null && TryGetSandbox(out Sandbox? sandbox))
        {
            followers.Add(new ProcessFollower(WithRequestTimeout(sandbox!), null, Tag));
        }

        if (Tag is null || HasProcesses)
        {
            followers.AddRange(ResolveProcesses().Select(process => new ProcessFollower(WithRequestTimeout(process.Sandbox), process.Pid, null)));
        }

        var form = new OutputForm { Bytes = AsByteStream, MergeStdErr = MergeStdErr, Tagged = !AsByteStream && (followers.Count > 1 || MergeStdErr) };
        foreach (ProcessFollower follower in followers)
        {
            Queue.Start((writer, stop) => FollowAsync(follower, form, writer, stop));
        }

        try
        {
            DrainQueue();
        }
        catch (PipelineStoppedException) when (StopToken.IsCancellationRequested)
        {
            foreach (ProcessFollower follower in followers.Where(static follower => follower.Outcome is null))
            {
                SayHowToComeBack(follower.SandboxId, follower.Name);
            }

            throw;
        }
        finally
        {
            if (CommandOutcome.Combine(followers.Select(static follower => follower.Outcome)) is { } code)
            {
                SetLastExitCode(code);
            }
        }
    }

    private async Task<CommandResult?> FollowAsync(ProcessFollower follower, OutputForm form, PipelineWriter writer, CancellationToken stop)
    {
        CommandResult? result = await follower.RunAsync(form, writer, stop).ConfigureAwait(false);
        if (result is not null && !SuccessExitCode.Contains(result.ExitCode))
        {
            await writer.FailureAsync(ErrorFactory.CommandFailed(result)).ConfigureAwait(false);
        }

        return result;
    }
}
