using System.Globalization;

namespace E2B.PowerShell.Servers;

/// <summary>Starts a server in a sandbox and waits until it answers. One that does not is ended.</summary>
/// <param name="sandbox">Where.</param>
/// <param name="command">A line for the shell.</param>
/// <param name="port">The port it is to listen on.</param>
/// <param name="options">How to start it.</param>
internal sealed class WebServerStart(Sandbox sandbox, string command, int port, CommandOptions options)
{
    /// <summary>How many of the log's last lines an error quotes.</summary>
    private const int QuotedLines = 20;

    /// <summary>What it writes goes into a file: nobody has to read along, and it is there for later sessions too.</summary>
    private const string Script = """exec >"$1" 2>&1; eval "$2" """;

    /// <summary>How long after the good end of what was started a server in the background of it may still come up.</summary>
    private static readonly TimeSpan _afterEnd = TimeSpan.FromSeconds(30);

    /// <summary>The same where it failed: it may be that it answered just before.</summary>
    private static readonly TimeSpan _afterFailure = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(2);

    private readonly string _log = string.Create(CultureInfo.InvariantCulture, $"/tmp/e2b-server-{port}-{Guid.NewGuid().ToString("n")[..8]}.log");

    /// <summary>Starts it.</summary>
    /// <param name="wait">Whether to wait until it answers.</param>
    /// <param name="limit">For how long; zero for no limit.</param>
    /// <param name="stop">Gives up, and ends it again.</param>
    public async Task<E2BWebServer> RunAsync(bool wait, TimeSpan limit, CancellationToken stop)
    {
        if (await sandbox.Ports.IsOpenAsync(port, stop).ConfigureAwait(false))
        {
            throw new E2BConflictException($"Something listens on port {port} in the sandbox {sandbox.SandboxId} already. Stop it first, or choose another port.");
        }

        CommandHandle handle = await sandbox.Commands.StartAsync(
            new ProcessCommand("/bin/bash", ["-l", "-c", Script, "bash", _log, command]), options, stop).ConfigureAwait(false);
        var process = new E2BProcess(sandbox, handle.ProcessId, options.Tag, command, handle);
        try
        {
            if (wait)
            {
                await WaitAsync(process, limit, stop).ConfigureAwait(false);
            }

            return new E2BWebServer(process, port, await sandbox.Ports.GetUrlAsync(port, stop).ConfigureAwait(false), _log);
        }
        catch
        {
            await EndAsync(process).ConfigureAwait(false);
            throw;
        }
    }

    private async Task WaitAsync(E2BProcess process, TimeSpan limit, CancellationToken stop)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task answers = sandbox.Ports.WaitAsync(port, answersHttp: true, limit, giveUp.Token);
        try
        {
            if (await Task.WhenAny(answers, process.Completion!).ConfigureAwait(false) != answers)
            {
                giveUp.CancelAfter(process.ExitCode == 0 ? _afterEnd : _afterFailure);
            }

            await answers.ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            CommandResult? ended = process.Completion!.IsCompletedSuccessfully ? process.Completion.Result : null;
            throw await FailureAsync(
                $"'{command}' ended{(ended is null ? null : $" with exit code {ended.ExitCode}")} in the sandbox {sandbox.SandboxId} before it answered on port {port}.", ended?.ExitCode, e, stop)
                .ConfigureAwait(false);
        }
        catch (E2BTimeoutException e) when (e.Kind == E2BTimeoutKind.Wait)
        {
            throw await FailureAsync(
                string.Create(CultureInfo.InvariantCulture, $"'{command}' did not answer on port {port} of the sandbox {sandbox.SandboxId} within {limit.TotalSeconds:0.##} s, and was stopped."), null, e, stop)
                .ConfigureAwait(false);
        }
    }

    private async Task<E2BWebServerException> FailureAsync(string what, int? exitCode, Exception cause, CancellationToken stop)
    {
        string log = string.Empty;
        try
        {
            CommandResult end = await sandbox.Commands.RunAsync(
                "tail", ["-n", QuotedLines.ToString(CultureInfo.InvariantCulture), "--", _log], new CommandOptions { User = options.User }, stop).ConfigureAwait(false);
            log = end.StandardOutput.TrimEnd();
        }
        catch (E2BException)
        {
            // What could not be started is the error; that its log cannot be read adds nothing.
        }

        return new E2BWebServerException($"{what} {(log.Length == 0 ? "It wrote nothing." : $"The end of its log:\n{log}")}", log, exitCode, cause);
    }

    private async Task EndAsync(E2BProcess process)
    {
        if (process.HasExited == true)
        {
            return;
        }

        try
        {
            using var limit = new CancellationTokenSource(_stopLimit);
            await sandbox.Commands.StopAsync(process.Pid, new StopOptions(), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It ends with the sandbox; what is being reported is more important.
        }
    }
}
