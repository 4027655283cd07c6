using E2B.Commands;

namespace E2B.Git;

/// <summary>Runs git in a sandbox, without a shell between the caller's arguments and git's.</summary>
internal sealed class GitRunner(Sandbox sandbox)
{
    /// <summary>How long git has to put away what is half done when nobody waits for it any more.</summary>
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(1);

    /// <summary>How often reading is tried where the connection broke and output may be missing.</summary>
    private const int Attempts = 3;

    /// <summary>What the caller may change.</summary>
    private static readonly Dictionary<string, string> _defaults = new()
    {
        ["GIT_ASKPASS"] = string.Empty,
        ["SSH_ASKPASS_REQUIRE"] = "never",
        ["GIT_EDITOR"] = ":",
        ["GIT_MERGE_AUTOEDIT"] = "no",
        ["GIT_PAGER"] = "cat",
    };

    /// <summary>Runs git; any exit code but 0 is an error.</summary>
    public async Task<CommandResult> RunAsync(GitCall call, GitOptions? options, CancellationToken cancellationToken)
    {
        CommandResult result = await TryRunAsync(call, options, cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? result : throw GitFailure.Of(sandbox, call.Action, result);
    }

    /// <summary>Runs git, whatever its exit code. Its messages hold no secret.</summary>
    public async Task<CommandResult> TryRunAsync(GitCall call, GitOptions? options, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            CommandResult result = await RunOnceAsync(call, options ?? new GitOptions(), cancellationToken).ConfigureAwait(false);
            if (!call.IsReading || (result.ReattachCount == 0 && !result.OutputTruncated))
            {
                return result;
            }

            if (result.OutputTruncated)
            {
                throw new E2BException($"Could not {call.Action}: git said more than 64 MiB. Ask for less of it.") { SandboxId = sandbox.SandboxId };
            }

            if (attempt == Attempts)
            {
                throw new E2BUnreachableException($"Could not {call.Action}: the connection broke each time, and a part of what git said is missing.")
                {
                    SandboxId = sandbox.SandboxId,
                };
            }
        }
    }

    private async Task<CommandResult> RunOnceAsync(GitCall call, GitOptions options, CancellationToken cancellationToken)
    {
        byte[]? input = call.Credential is { } credential ? CredentialHandover.Input(credential) : call.Input;
        CommandHandle handle = await sandbox.Commands.StartAsync(CommandOf(call), HowToRun(call, options, input is not null), cancellationToken).ConfigureAwait(false);
        await using (handle.ConfigureAwait(false))
        {
            try
            {
                if (input is not null)
                {
                    await WriteAsync(handle, input, cancellationToken).ConfigureAwait(false);
                }

                return await ReadAsync(handle, call, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or E2BException)
            {
                if (handle.Result is null && e is not E2BTimeoutException)
                {
                    await sandbox.Processes.EndQuietlyAsync(handle.ProcessId, new StopOptions { Signal = StopSignal.Term, Grace = _grace }).ConfigureAwait(false);
                }

                throw;
            }
        }
    }

    /// <summary>
    /// As a stream of input: the daemon writes single messages of input to its log with all they hold, and streams
    /// without.
    /// </summary>
    private static async Task WriteAsync(CommandHandle handle, byte[] input, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = new MemoryStream(input);
            await handle.WriteInputAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (SandboxProcessNotFoundException)
        {
            // It has ended, and says why.
        }
    }

    private static async Task<CommandResult> ReadAsync(CommandHandle handle, GitCall call, CancellationToken cancellationToken)
    {
        var stdout = new OutputCapture(CommandOptions.DefaultMaxCapturedBytes);
        var stderr = new ProgressReader(call.Progress);
        await foreach (CommandOutput output in handle.ReadOutputAsync(cancellationToken).ConfigureAwait(false))
        {
            if (output.IsGap)
            {
                stdout.Gap();
                stderr.Gap();
            }
            else if (output.Stream == CommandStream.StdErr)
            {
                stderr.Add(output.Data.Span);
            }
            else
            {
                stdout.Add(output.Data.Span);
            }
        }

        CommandResult result = handle.Result!;
        return new CommandResult
        {
            SandboxId = result.SandboxId,
            Pid = result.Pid,
            ExitCode = result.ExitCode,
            Signal = result.Signal,
            Error = result.Error,
            StandardOutput = Hide(stdout.ToString(), call),
            StandardError = GitUrl.Redact(Hide(stderr.Message, call)),
            OutputTruncated = stdout.IsTruncated,
            ReattachCount = result.ReattachCount,
            Duration = result.Duration,
        };
    }

    private static string Hide(string text, GitCall call) => (call.Credential ?? call.Secret) is { } secret
        ? text.Replace(secret.Password, "***", StringComparison.Ordinal).Replace(secret.Basic, "***", StringComparison.Ordinal)
        : text;

    private static ProcessCommand CommandOf(GitCall call)
    {
        string[] arguments =
        [
            .. call.Repository is null ? Array.Empty<string>() : ["-C", GitArguments.Text(call.Repository, "path of the repository")],
            .. call.Credential is null ? [] : CredentialHandover.Settings(call.Servers),
            .. call.Arguments,
        ];
        return call.Credential is null ? new ProcessCommand("git", arguments) : CredentialHandover.Command((string[])["git", .. arguments]);
    }

    private static CommandOptions HowToRun(GitCall call, GitOptions options, bool hasInput)
    {
        var environment = new Dictionary<string, string>(_defaults);
        foreach ((string name, string value) in options.Environment ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        // Messages are read here, and a prompt could never be answered.
        environment["LC_ALL"] = "C";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_TRACE_REDACT"] = "1";
        if (call.IsReading)
        {
            environment["GIT_OPTIONAL_LOCKS"] = "0";
        }

        if (call.LiteralFiles)
        {
            environment["GIT_LITERAL_PATHSPECS"] = "1";
        }

        return new CommandOptions
        {
            User = options.User,
            WorkingDirectory = options.WorkingDirectory,
            Environment = environment,
            Timeout = options.Timeout,
            RequestTimeout = options.RequestTimeout,
            StandardInput = hasInput,
        };
    }
}
