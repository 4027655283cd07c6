using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Watching;

/// <summary>One sandbox's watch, from its beginning to its end.</summary>
internal sealed class WatchRun(Sandbox sandbox, string path, WatchOptions options, EventFilter filter, SemaphoreSlim slots)
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when changes are seen, or it is known that they will not be.</summary>
    public Task Begun => _begun.Task;

    public async Task<bool> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            DirectoryWatch watch = await BeginAsync(stop).ConfigureAwait(false);
            await using (watch.ConfigureAwait(false))
            {
                _begun.TrySetResult();
                await foreach (SandboxFileEvent change in watch.ReadEventsAsync(stop).ConfigureAwait(false))
                {
                    await TellAsync(change, writer).ConfigureAwait(false);
                }
            }

            return true;
        }
        catch (E2BTimeoutException e) when (e.Kind == E2BTimeoutKind.Watch)
        {
            // As long as was asked for.
            return true;
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            await writer.FailureAsync(ErrorFactory.Create(e, path)).ConfigureAwait(false);
            return false;
        }
        finally
        {
            _begun.TrySetResult();
        }
    }

    private async Task<DirectoryWatch> BeginAsync(CancellationToken stop)
    {
        await slots.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            return await sandbox.Files.WatchDirectoryAsync(path, options, stop).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task TellAsync(SandboxFileEvent change, PipelineWriter writer)
    {
        if (change.IsLoss)
        {
            await writer.WarningAsync(change.Type == SandboxFileEventType.Overflow
                ? $"More happened in {change.Path} in the sandbox {change.SandboxId} than could be queued: events are missing. The watch goes on; look through the directory."
                : $"The connection to the sandbox {change.SandboxId} was lost and made again: events of {change.Path} may be missing. The watch goes on; look through the directory.")
                .ConfigureAwait(false);
        }

        if (filter.Passes(change))
        {
            await writer.OutputAsync(change).ConfigureAwait(false);
        }
    }
}
