using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Binding;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Pipeline;
using E2B.PowerShell.Terminal;

namespace E2B.PowerShell.Commands;

/// <summary>Attaches this terminal to one in a sandbox.</summary>
[Cmdlet(VerbsCommon.Enter, "E2BSandbox", DefaultParameterSetName = StartSet)]
public sealed class EnterE2BSandboxCommand : ConnectedCmdlet
{
    private const string StartSet = "Start";
    private const string AttachSet = "Attach";

    /// <summary>Of a program that did not start, or whose end nobody saw.</summary>
    private const int UnknownExitCode = -1;

    private readonly List<object> _targets = [];
    private DetachKey? _detachKey;

    /// <summary>The sandbox, or its id.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SandboxId", "Id")]
    [ArgumentCompleter(typeof(SandboxIdCompleter))]
    public object? Sandbox { get; set; }

    /// <summary>What to run instead of a shell: a line for bash.</summary>
    [Parameter(Position = 1, ParameterSetName = StartSet)]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>The terminal to come back to.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = AttachSet)]
    [Alias("Pid")]
    [ValidateRange(1, int.MaxValue)]
    public int ProcessId { get; set; }

    /// <summary>The Linux user.</summary>
    [Parameter(ParameterSetName = StartSet)]
    public string? User { get; set; }

    /// <summary>The directory to start in, a POSIX path.</summary>
    [Parameter(ParameterSetName = StartSet)]
    [ArgumentCompleter(typeof(SandboxLiteralPathCompleter))]
    public string? WorkingDirectory { get; set; }

    /// <summary>Environment variables of the terminal.</summary>
    [Parameter(ParameterSetName = StartSet)]
    public IDictionary? Environment { get; set; }

    /// <summary>The keys that let go of the terminal.</summary>
    [Parameter]
    [AllowEmptyString]
    public string DetachKey { get; set; } = Terminal.DetachKey.Default;

    /// <summary>Whether the sandbox's lifetime is extended while the terminal is attached.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; } = true;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (InteractiveHost.Problem(Host) is { } problem)
        {
            Fail("E2BNotInteractive", ErrorCategory.InvalidOperation, $"Enter-E2BSandbox needs a person at a terminal, and {problem}. "
                + "Run a single command with Invoke-E2BCommand instead.");
        }

        if (AttachedTerminal.IsTaken)
        {
            Fail("E2BTerminalBusy", ErrorCategory.ResourceBusy, "This terminal is attached to a sandbox already. Let go of that one first.");
        }

        if (WorkingDirectory is not null)
        {
            SandboxPath.Check(this, WorkingDirectory);
        }

        try
        {
            _detachKey = Terminal.DetachKey.Parse(DetachKey);
        }
        catch (E2BInvalidArgumentException e)
        {
            Refuse("E2BInvalidDetachKey", e.Message, DetachKey);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _targets.AddRange(SandboxArgument.Enumerate(Sandbox));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_targets.Count > 1)
        {
            Refuse("E2BSeveralSandboxes", $"{_targets.Count} sandboxes are named, and a terminal can show one at a time.", _targets);
        }

        if (_targets.Count == 0 && MyInvocation.ExpectingInput)
        {
            return;
        }

        object target = _targets.FirstOrDefault() ?? GetDefaultSandbox() ?? RefuseNoSandbox();
        if (TryResolve(target, out Sandbox sandbox))
        {
            if (MyInvocation.BoundParameters.ContainsKey(nameof(RequestTimeoutSec)))
            {
                sandbox = sandbox.WithRequestTimeout(TimeSpan.FromSeconds(RequestTimeoutSec));
            }

            using ILocalTerminal local = OperatingSystem.IsWindows() ? new WindowsTerminal() : new UnixTerminal();
            TerminalSize size = local.Size;
            if (TryAwait<IRemoteTerminal>(async token => await OpenAsync(sandbox, size, token).ConfigureAwait(false), sandbox, out IRemoteTerminal remote))
            {
                Attach(sandbox, local, remote, size);
            }
            else
            {
                SetLastExitCode(UnknownExitCode);
            }
        }
    }

    private async Task<SandboxTerminal> OpenAsync(Sandbox sandbox, TerminalSize size, CancellationToken cancellationToken)
    {
        if (ParameterSetName == AttachSet)
        {
            return await SandboxTerminal.AttachAsync(sandbox, ProcessId, cancellationToken).ConfigureAwait(false);
        }

        var colours = new Dictionary<string, string>();
        string? local = System.Environment.GetEnvironmentVariable("COLORTERM");
        if (OperatingSystem.IsWindows() || local is "truecolor" or "24bit")
        {
            colours["COLORTERM"] = "truecolor";
        }

        var options = new PtyOptions
        {
            Columns = size.Columns,
            Rows = size.Rows,
            User = User,
            WorkingDirectory = WorkingDirectory,
            Environment = Tables.Merge(colours, Environment),
            Timeout = TimeSpan.Zero,
            Command = Command is null ? null : ProcessCommand.Shell(Command),
        };
        return await SandboxTerminal.StartAsync(sandbox, options, cancellationToken).ConfigureAwait(false);
    }

    private void Attach(Sandbox sandbox, ILocalTerminal local, IRemoteTerminal remote, TerminalSize size)
    {
        (string, int) key = (sandbox.SandboxId, remote.ProcessId);
        byte[]? modes = ParameterSetName == AttachSet ? Session.TerminalModes.GetValueOrDefault(key, []) : null;
        string comeBack = $"Terminal {remote.ProcessId} runs on. Come back with: Enter-E2BSandbox {sandbox.SandboxId} -ProcessId {remote.ProcessId}";
        Say(Greeting(sandbox, remote));
        Outcome outcome;
        try
        {
            TryAwait(token => RunAsync(sandbox, local, remote, size, modes, token), sandbox, out outcome);
        }
        catch (PipelineStoppedException)
        {
            // The pipeline takes no more records, and the person should know all the same.
            Host.UI.WriteLine(comeBack);
            throw;
        }

        switch (outcome)
        {
            case { End.ExitCode: { } exitCode }:
                Session.TerminalModes.Remove(key);
                SetLastExitCode(exitCode);
                break;
            case { End: { } end }:
                Session.TerminalModes[key] = end.Modes;
                Say("\n" + comeBack);
                break;
            case { Error: IOException error }:
                SetLastExitCode(UnknownExitCode);
                WriteError(new ErrorRecord(error, "E2BTerminalFailed", ErrorCategory.DeviceError, sandbox));
                break;
            case { Error: { } error }:
                SetLastExitCode(UnknownExitCode);
                Say(IsEndOfSandbox(error) ? string.Empty : "\n" + comeBack);
                WriteError(ErrorFactory.Create(error, sandbox));
                break;
        }

        if (outcome?.KeepAliveProblem is { } problem)
        {
            WriteWarning($"The sandbox's lifetime could not be extended: {problem.Message}");
        }
    }

    private async Task<Outcome> RunAsync(
        Sandbox sandbox, ILocalTerminal local, IRemoteTerminal remote, TerminalSize size, byte[]? modes, CancellationToken stop)
    {
        var extender = new LifetimeExtender(sandbox);
        using var keeping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task extending = KeepAlive ? extender.RunAsync(keeping.Token) : Task.CompletedTask;
        SessionEnd? end = null;
        Exception? error = null;
        await using (remote.ConfigureAwait(false))
        {
            try
            {
                using var session = new TerminalSession(local, remote, _detachKey, size);
                using var attached = AttachedTerminal.Take(Session, session);
                end = await session.RunAsync(modes, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (ErrorFactory.IsExpected(e))
            {
                error = e;
                if (e is IOException && modes is null)
                {
                    // Nobody has seen the terminal, and nobody would look for it.
                    await KillAsync(remote).ConfigureAwait(false);
                }
            }
            finally
            {
                await keeping.CancelAsync().ConfigureAwait(false);
                await extending.ConfigureAwait(false);
            }
        }

        return new Outcome(end, error, extender.Problem);
    }

    private static async Task KillAsync(IRemoteTerminal remote)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await remote.KillAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It was tried; the error that matters is another one.
        }
    }

    private static bool IsEndOfSandbox(Exception error) =>
        error is SandboxNotFoundException or SandboxProcessNotFoundException or E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded };

    private string Greeting(Sandbox sandbox, IRemoteTerminal remote) =>
        $"Terminal {remote.ProcessId} in the sandbox {sandbox.SandboxId}. "
        + (_detachKey is null ? "There is no detach key." : $"{_detachKey} lets go of it and leaves it running.")
        + (KeepAlive ? "\nThe sandbox is kept alive while you are here (-KeepAlive:$false: it is not)." : string.Empty);

    /// <summary>Tells the person, as Write-Host does.</summary>
    private void Say(string text)
    {
        if (text.Length > 0)
        {
            new PipelineItem.HostText(text, "Enter-E2BSandbox").WriteTo(this);
        }
    }

    private void Fail(string errorId, ErrorCategory category, string message) =>
        ThrowTerminatingError(new ErrorRecord(new E2BException(message), errorId, category, null));

    private sealed record Outcome(SessionEnd? End, Exception? Error, E2BException? KeepAliveProblem);
}
