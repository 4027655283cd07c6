using System.Globalization;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Running;

namespace E2B.PowerShell.Processes;

/// <summary>Attaches to a process by its id or its tag, and detaches when it is left. The process is not touched.</summary>
internal sealed class ProcessFollower(Sandbox sandbox, int? pid, string? tag)
{
    /// <summary>Where the process runs.</summary>
    public string SandboxId => sandbox.SandboxId;

    /// <summary>How to name it to Connect-E2BProcess.</summary>
    public string Name => pid?.ToString(CultureInfo.InvariantCulture) ?? $"-Tag '{tag}'";

    /// <summary>How it went, as soon as that is known.</summary>
    public CommandOutcome? Outcome { get; private set; }

    /// <summary>Writes the process's records.</summary>
    /// <returns>How it ended; <see langword="null"/> when it could not be attached to, which then is written as an error.</returns>
    public async Task<CommandResult?> RunAsync(OutputForm form, PipelineWriter writer, CancellationToken stop)
    {
        try
        {
            // No limit: a person can press Ctrl+C, and only the connection ends.
            var options = new CommandOptions { Timeout = TimeSpan.Zero };
            CommandHandle handle = await (pid is { } id
                ? sandbox.Commands.ConnectAsync(id, options, stop)
                : sandbox.Commands.ConnectAsync(tag!, options, stop)).ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                CommandResult result = await OutputStreaming.RunAsync(handle, sandbox.SandboxId, form, writer, stop).ConfigureAwait(false);
                Outcome = new CommandOutcome(result);
                return result;
            }
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            Outcome = CommandOutcome.Of(e);
            await writer.FailureAsync(ErrorFactory.Create(e, (object?)pid ?? tag)).ConfigureAwait(false);
            return null;
        }
    }
}
