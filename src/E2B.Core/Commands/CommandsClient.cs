using E2B.Commands;
using E2B.Protocol.Process;

namespace E2B;

/// <summary>Commands and processes in a sandbox.</summary>
/// <remarks>
/// Every method can throw <see cref="E2BAuthenticationException"/> (the access token, or an unknown Linux user),
/// <see cref="E2BTimeoutException"/>, <see cref="E2BUnreachableException"/> and <see cref="E2BException"/>, and
/// <see cref="OperationCanceledException"/> when its caller gave up.
/// </remarks>
public sealed class CommandsClient
{
    /// <summary>How long a command runs, or is followed, unless an option says otherwise: 60 s, as in the official SDKs.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long to try to end a process that nobody could reach any more.</summary>
    private static readonly TimeSpan _cleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly Sandbox _sandbox;

    internal CommandsClient(Sandbox sandbox) => _sandbox = sandbox;

    private ProcessClient Processes => _sandbox.Processes;

    /// <summary>Starts a command; returns when its process id is known.</summary>
    /// <param name="command">For <c>/bin/bash -l -c</c>.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">Gives up, until this has returned. The command may have been started by then and runs on.</param>
    /// <returns>The running command. Dispose of it to let go; that does not end the command.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    public Task<CommandHandle> StartAsync(string command, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(ProcessCommand.Shell(command), options, cancellationToken);

    /// <summary>Starts a program without a shell; returns when its process id is known.</summary>
    /// <param name="command">The program and its arguments, which it gets as they are.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">Gives up, until this has returned. The program may have been started by then and runs on.</param>
    /// <returns>The running program. Dispose of it to let go; that does not end it. One that is not there ends with exit code 127, as in a shell.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    public Task<CommandHandle> StartAsync(ProcessCommand command, CommandOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return Processes.StartAsync(command, options, terminal: null, cancellationToken);
    }

    /// <summary>Starts a program without a shell; returns when its process id is known.</summary>
    /// <param name="fileName">The program: a path in the sandbox, or a name that is looked up along its <c>PATH</c>.</param>
    /// <param name="arguments">Its arguments, which it gets as they are.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">Gives up, until this has returned. The program may have been started by then and runs on.</param>
    /// <returns>As with a <see cref="ProcessCommand"/>.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an argument or option cannot be.</exception>
    public Task<CommandHandle> StartAsync(
        string fileName, IReadOnlyList<string> arguments, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        StartAsync(new ProcessCommand(fileName, arguments), options, cancellationToken);

    /// <summary>Runs a command to its end. An exit code other than zero is no error here: see <see cref="CommandResult.EnsureSuccess"/>.</summary>
    /// <param name="command">For <c>/bin/bash -l -c</c>.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">
    /// Gives up, and stops the command in the sandbox with its descendants, since nobody could reach it any more: for
    /// at most 2 s it is tried.
    /// </param>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    /// <exception cref="E2BTimeoutException">The command ran longer than its timeout; it was killed with its descendants.</exception>
    public Task<CommandResult> RunAsync(string command, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(ProcessCommand.Shell(command), options, cancellationToken);

    /// <summary>Runs a program without a shell to its end.</summary>
    /// <param name="command">The program and its arguments, which it gets as they are.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">As with a command for a shell.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    /// <exception cref="E2BTimeoutException">The program ran longer than its timeout; it was killed with its descendants.</exception>
    public async Task<CommandResult> RunAsync(
        ProcessCommand command, CommandOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var abandon = new CancellationTokenSource();
        Task<CommandHandle> starting = StartAsync(command, options, abandon.Token);
        try
        {
            CommandHandle handle = await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                return await handle.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            abandon.CancelAfter(_cleanUpLimit);
            await EndAsync(starting, abandon.Token).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a program without a shell to its end.</summary>
    /// <param name="fileName">The program: a path in the sandbox, or a name that is looked up along its <c>PATH</c>.</param>
    /// <param name="arguments">Its arguments, which it gets as they are.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">As with a command for a shell.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an argument or option cannot be.</exception>
    /// <exception cref="E2BTimeoutException">The program ran longer than its timeout; it was killed with its descendants.</exception>
    public Task<CommandResult> RunAsync(
        string fileName, IReadOnlyList<string> arguments, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(new ProcessCommand(fileName, arguments), options, cancellationToken);

    /// <summary>Attaches to a running process: its output from now on, its end, its input.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="options"><see cref="CommandOptions.Timeout"/> says how long to follow it (it is not killed then); capture and request timeout count, the rest does not.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    public Task<CommandHandle> ConnectAsync(int pid, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        Processes.ConnectAsync(ProcessClient.ByPid(pid), options, InputKind.Unknown, cancellationToken);

    /// <summary>Attaches to a running process by the tag given at its start.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="options">As with a process id.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    public Task<CommandHandle> ConnectAsync(string tag, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        Processes.ConnectAsync(ProcessClient.ByTag(tag), options, InputKind.Unknown, cancellationToken);

    /// <summary>Lists the processes that were started through the daemon and still run, terminals among them.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ProcessDetails>> ListAsync(CancellationToken cancellationToken = default) =>
        (await Processes.ListAsync(cancellationToken).ConfigureAwait(false)).Select(ToDetails).ToList();

    /// <summary>Kills a process with SIGKILL. Its children survive: <see cref="StopAsync"/> takes them along.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when no such process runs.</returns>
    public Task<bool> KillAsync(int pid, CancellationToken cancellationToken = default) =>
        Processes.SignalAsync(pid, StopSignal.Kill, cancellationToken);

    /// <summary>Stops a process, with its descendants unless told otherwise.</summary>
    /// <param name="pid">Its process id in the sandbox: of one that was started through the daemon.</param>
    /// <param name="options">How; <see langword="null"/> means SIGKILL for the whole tree.</param>
    /// <param name="cancellationToken">Gives up. A part may have been stopped.</param>
    /// <remarks>
    /// The daemon's own signals reach the one process alone. So a small shell script in the sandbox (as its user
    /// <c>root</c>, where there is one) collects the descendants by their parents from <c>/proc</c>, halts each, looks
    /// again until there are no new ones, and then signals them all: none can get away by forking. What had left the
    /// tree before is out of reach: a process whose parent has ended belongs to nobody any more (a daemon that forked
    /// twice, <c>setsid -f</c>, <c>nohup … &amp;</c> of a shell that is gone).
    /// </remarks>
    public Task<StopResult> StopAsync(int pid, StopOptions? options = null, CancellationToken cancellationToken = default)
    {
        _ = ProcessClient.ByPid(pid);
        return Processes.TreeStop.StopAsync(pid, options ?? new StopOptions(), cancellationToken);
    }

    /// <summary>Writes to a process's input; returns when all of it is in the pipe, or typed into its terminal.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    /// <exception cref="E2BInvalidArgumentException">The process was started without stdin, or that was closed.</exception>
    /// <exception cref="E2BTimeoutException">The process did not read within the request timeout.</exception>
    public Task SendInputAsync(int pid, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) =>
        Processes.SendInputAsync(pid, InputKind.Unknown, data, cancellationToken);

    /// <summary>Ends a process's stdin, so that it reads the end of its input. A terminal gets Ctrl+D (0x04).</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    /// <exception cref="E2BTemplateException">The daemon is older than 0.5.2 and cannot.</exception>
    public Task CloseInputAsync(int pid, CancellationToken cancellationToken = default) =>
        Processes.CloseInputAsync(pid, InputKind.Unknown, cancellationToken);

    private async Task EndAsync(Task<CommandHandle> starting, CancellationToken cancellationToken)
    {
        try
        {
            CommandHandle handle = await starting.ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                await Processes.TreeStop.StopAsync(handle.ProcessId, new StopOptions(), cancellationToken, _cleanUpLimit * 0.7).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException or ObjectDisposedException)
        {
            // It was tried; the caller is told of the cancellation.
        }
    }

    private ProcessDetails ToDetails(ProcessInfo process) => new()
    {
        SandboxId = _sandbox.SandboxId,
        Pid = (int)process.Pid,
        Tag = process.HasTag && process.Tag.Length > 0 ? process.Tag : null,
        Command = process.Config?.Cmd ?? string.Empty,
        Arguments = process.Config?.Args.ToList() ?? [],
        Environment = process.Config is null ? new Dictionary<string, string>() : new Dictionary<string, string>(process.Config.Envs),
        WorkingDirectory = process.Config is { HasCwd: true, Cwd.Length: > 0 } config ? config.Cwd : null,
    };
}
