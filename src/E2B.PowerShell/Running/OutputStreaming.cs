using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Running;

/// <summary>From a handle's output to records on the pipeline.</summary>
internal static class OutputStreaming
{
    /// <summary>Writes all output as it comes.</summary>
    /// <returns>How the command ended; its stderr is the end of it only, for messages.</returns>
    public static async Task<CommandResult> RunAsync(
        CommandHandle handle, string sandboxId, OutputForm form, PipelineWriter writer, CancellationToken stop)
    {
        var output = new CommandOutputWriter(sandboxId, form, writer);
        await foreach (CommandOutput chunk in handle.ReadOutputAsync(stop).ConfigureAwait(false))
        {
            if (chunk.IsGap)
            {
                output.Gap();
                await writer.WarningAsync(
                    $"The connection to process {handle.ProcessId} in sandbox {sandboxId} broke and was made again; output in between may be missing.")
                    .ConfigureAwait(false);
            }
            else
            {
                await output.WriteAsync(chunk).ConfigureAwait(false);
            }
        }

        await output.CompleteAsync().ConfigureAwait(false);
        CommandResult result = await handle.WaitAsync(stop).ConfigureAwait(false);
        return new CommandResult
        {
            SandboxId = result.SandboxId,
            Pid = result.Pid,
            ExitCode = result.ExitCode,
            Signal = result.Signal,
            Error = result.Error,
            StandardError = output.StdErrEnd,
            Duration = result.Duration,
        };
    }
}
