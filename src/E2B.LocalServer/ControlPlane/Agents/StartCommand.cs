namespace E2B.LocalServer.ControlPlane;

/// <summary>Starts what is to run in a template's sandboxes, and waits until it is ready.</summary>
internal static class StartCommand
{
    private static readonly TimeSpan _betweenChecks = TimeSpan.FromMilliseconds(250);

    // The agent ends a check that this here has given up.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(1);

    // The start command may bring the program that the ready command is. What is not there by then fails every create.
    private static readonly TimeSpan _longestMissing = TimeSpan.FromSeconds(45);

    /// <summary>Starts the command, which goes on when this ends.</summary>
    /// <param name="agent">The sandbox.</param>
    /// <param name="start">What is started, and how to know that it is ready.</param>
    /// <param name="readyCommand">How to know that it is ready; without, it is as soon as it runs.</param>
    /// <param name="limit">How long that may take.</param>
    /// <param name="log">Takes a line each: which of the two wrote it (<c>start</c> or <c>ready</c>), whether to stderr, and the line. Also after the end.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="BuildException">It failed, or was not ready in time.</exception>
    public static async Task RunAsync(
        AgentClient agent, TemplateStart start, string? readyCommand, TimeSpan limit, Action<string, bool, string> log, CancellationToken cancellationToken)
    {
        // What runs on goes by no token: it ends with the sandbox.
        Task<(AgentCommandEnd End, string? Said)> running = start.StartCommand is { } command
            ? RunAsync(agent, new AgentCommandLine(command, start.Context), "start", log, CancellationToken.None)
            : Task.FromResult<(AgentCommandEnd, string?)>((new AgentCommandEnd(0, string.Empty), null));
        _ = running.ContinueWith(static failed => _ = failed.Exception, TaskContinuationOptions.OnlyOnFaulted);
        if (readyCommand is null)
        {
            // Long enough for a command that is not there, or fails at once.
            await Task.WhenAny(running, Task.Delay(_betweenChecks, cancellationToken));
            await DemandRunningAsync(running);
            return;
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        string? last = null;
        long? missingSince = null;
        try
        {
            while (true)
            {
                (AgentCommandEnd end, string? said) = await RunAsync(agent, new AgentCommandLine(readyCommand, start.Context) { Limit = limit + _grace }, "ready", log, limited.Token);
                await DemandRunningAsync(running);
                if (end.ExitCode == 0)
                {
                    return;
                }

                last = Describe(end, said);
                missingSince = IsMissing(end) ? missingSince ?? Environment.TickCount64 : null;
                if (missingSince is { } since && (start.StartCommand is null || Environment.TickCount64 - since >= _longestMissing.TotalMilliseconds))
                {
                    throw new BuildException($"ready command failed: it cannot be run: {last}");
                }

                await Task.WhenAny(running, Task.Delay(_betweenChecks, limited.Token));
                await DemandRunningAsync(running);
                await Task.Delay(_betweenChecks, limited.Token);
            }
        }
        catch (IOException e)
        {
            throw new BuildException($"ready command failed: {e.Message}", e);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BuildException(
                $"ready command failed: ready command timed out after {limit.TotalSeconds:0}s{(last is null ? null : $"; it ended with {last}")}");
        }
    }

    // "Not executable" and "not found", as shells say it.
    private static bool IsMissing(AgentCommandEnd end) => end.ExitCode is 126 or 127;

    private static string Describe(AgentCommandEnd end, string? said) => said is null ? end.Status : $"{end.Status}: {said.Trim()}";

    /// <summary>Runs one of the two.</summary>
    /// <returns>How it ended, and the last line that it wrote to stderr.</returns>
    private static async Task<(AgentCommandEnd End, string? Said)> RunAsync(
        AgentClient agent, AgentCommandLine command, string name, Action<string, bool, string> log, CancellationToken cancellationToken)
    {
        string? said = null;
        var output = new OutputLines(line => log(name, false, line));
        var errors = new OutputLines(line =>
        {
            said = line;
            log(name, true, line);
        });
        try
        {
            AgentCommandEnd end = await agent.RunAsync(Sudo.Apply(command), (isError, bytes) => (isError ? errors : output).Write(bytes.Span), cancellationToken);
            errors.End();
            return (end, said);
        }
        finally
        {
            output.End();
            errors.End();
        }
    }

    // A start command that ends well has done its work, and what it started may be what is waited for.
    private static async Task DemandRunningAsync(Task<(AgentCommandEnd End, string? Said)> running)
    {
        if (!running.IsCompleted)
        {
            return;
        }

        AgentCommandEnd end;
        string? said;
        try
        {
            (end, said) = await running;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            throw new BuildException($"start command failed: error running start command: {e.Message}", e);
        }

        if (end.ExitCode != 0)
        {
            throw new BuildException($"start command failed: error running start command: {(IsMissing(end) ? Describe(end, said) : end.Status)}");
        }
    }
}
