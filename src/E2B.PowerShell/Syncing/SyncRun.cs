using E2B.PowerShell.Copying;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Syncing;

/// <summary>One sandbox's sync.</summary>
/// <param name="Sandbox">The sandbox.</param>
/// <param name="LocalPath">The local directory.</param>
/// <param name="Destination">The directory in the sandbox.</param>
/// <param name="Options">How to sync.</param>
internal sealed record SyncRun(Sandbox Sandbox, string LocalPath, string Destination, SyncOptions Options)
{
    /// <summary>What tells this sync's progress bar from others.</summary>
    public int Id { get; init; }

    /// <summary>Whether it goes on when the first pass is done.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Whether each change goes down the pipeline, and not each pass.</summary>
    public bool PassThru { get; init; }

    public async Task<bool> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        Options.Progress = new CopyProgress(writer, Id, $"Syncing into the sandbox {Sandbox.SandboxId}");
        try
        {
            if (!GoesOn)
            {
                SandboxSyncResult result = await Sandbox.Files.SyncAsync(LocalPath, Destination, Options, stop).ConfigureAwait(false);
                await TellAsync(result, writer).ConfigureAwait(false);
                return result.Failures.Count == 0;
            }

            await foreach (SandboxSyncResult result in Sandbox.Files.SyncContinuouslyAsync(LocalPath, Destination, Options, stop).ConfigureAwait(false))
            {
                await TellAsync(result, writer).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, e is E2BException ? Destination : LocalPath)).ConfigureAwait(false);
            return false;
        }
    }

    private async Task TellAsync(SandboxSyncResult result, PipelineWriter writer)
    {
        foreach (string warning in result.Warnings)
        {
            await writer.WarningAsync(warning).ConfigureAwait(false);
        }

        foreach (TransferFailure failure in result.Failures)
        {
            await writer.FailureAsync(ErrorFactory.Create(failure.Exception, failure.Path)).ConfigureAwait(false);
        }

        if (!PassThru)
        {
            await writer.OutputAsync(result).ConfigureAwait(false);
            return;
        }

        foreach (SandboxSyncChange change in result.Changes)
        {
            await writer.OutputAsync(change).ConfigureAwait(false);
        }
    }
}
