using System.Diagnostics;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Running;

/// <summary>One command in one sandbox, from its start to its end. Whoever leaves early takes the command along.</summary>
internal sealed class CommandRun(Sandbox sandbox, ProcessCommand command, CommandOptions options, OutputForm form, InputFlow? input)
{
    /// <summary>How long a command that nobody waits for any more may take to be killed.</summary>
    private static readonly TimeSpan _killLimit = TimeSpan.FromSeconds(2);

    private long _begun;

    /// <summary>How it went, as soon as that is known: before it is written, since -ErrorAction Stop ends everything then.</summary>
    public CommandOutcome? Outcome { get; private set; }

    /// <summary>Writes the command's records.</summary>
    /// <returns>How it ended; <see langword="null"/> when that is not known, which then was written as an error.</returns>
    public async Task<CommandResult?> RunAsync(PipelineWriter writer, CancellationToken stop)
    {
        _begun = Stopwatch.GetTimestamp();
        CommandHandle? handle = null;
        try
        {
            handle = await sandbox.Commands.StartAsync(command, options, stop).ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                CommandResult result = await FollowAsync(handle, writer, stop).ConfigureAwait(false);
                Outcome = new CommandOutcome(result);
                return result;
            }
        }
        catch (Exception e) when (ErrorFactory.IsExpected(e))
        {
            Outcome = CommandOutcome.Of(e);
            if (form.PassThru)
            {
                // Of several sandboxes each has a result, also the one that ran out of time or is gone.
                await writer.OutputAsync(Unfinished(handle, Outcome.ExitCode, e)).ConfigureAwait(false);
            }

            await writer.FailureAsync(ErrorFactory.Create(e, sandbox)).ConfigureAwait(false);
            return null;
        }
        finally
        {
            input?.Refuse();
        }
    }

    /// <summary>What is known of a command that could not run, or not to its end.</summary>
    private CommandResult Unfinished(CommandHandle? handle, int exitCode, Exception reason) => new()
    {
        SandboxId = sandbox.SandboxId,
        Pid = handle?.ProcessId ?? 0,
        ExitCode = exitCode,
        Error = reason.Message,
        StandardOutput = handle?.StandardOutput ?? string.Empty,
        StandardError = handle?.StandardError ?? string.Empty,
        OutputTruncated = handle?.OutputTruncated ?? false,
        ReattachCount = handle?.ReattachCount ?? 0,
        Duration = Stopwatch.GetElapsedTime(_begun),
    };

    private async Task<CommandResult> FollowAsync(CommandHandle handle, PipelineWriter writer, CancellationToken stop)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task pump = input is null ? Task.CompletedTask : PumpAsync(input, handle, leave.Token);
        Task<CommandResult> output = form.PassThru
            ? handle.WaitAsync(leave.Token)
            : OutputStreaming.RunAsync(handle, sandbox.SandboxId, form, writer, leave.Token);
        bool ended = false;
        try
        {
            // A command that waits for input which cannot come would wait for ever.
            if (await Task.WhenAny(output, pump).ConfigureAwait(false) == pump && !output.IsCompleted)
            {
                await pump.ConfigureAwait(false);
            }

            CommandResult result = await output.ConfigureAwait(false);
            ended = true;
            return result;
        }
        finally
        {
            leave.Cancel();
            if (!ended)
            {
                await StopAsync(handle).ConfigureAwait(false);
            }

            await Quietly(output).ConfigureAwait(false);
            await Quietly(pump).ConfigureAwait(false);
        }
    }

    private static async Task PumpAsync(InputFlow input, CommandHandle handle, CancellationToken stop)
    {
        try
        {
            await handle.WriteInputAsync(input.ReadAllAsync(stop), stop).ConfigureAwait(false);
            await handle.CloseInputAsync(stop).ConfigureAwait(false);
        }
        catch (SandboxProcessNotFoundException)
        {
            // It ended without reading to the end, as head does.
        }
        finally
        {
            input.Refuse();
        }
    }

    private async Task StopAsync(CommandHandle handle)
    {
        using var limit = new CancellationTokenSource(_killLimit);
        await Quietly(sandbox.Commands.StopAsync(handle.ProcessId, new StopOptions(), limit.Token)).ConfigureAwait(false);
    }

    /// <summary>
    /// For work whose failure changes nothing: a command that is gone cannot be killed and takes no input.
    /// </summary>
    private static async Task Quietly(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
        }
    }
}
