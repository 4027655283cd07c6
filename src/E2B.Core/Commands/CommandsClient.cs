using E2B.Errors;
using E2B.Protocol.Process;
using E2B.Transport;
using Google.Protobuf;

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

    // What a pipe takes at once: a process that reads slowly then does not let a request run into its time limit.
    private const int InputChunk = 64 * 1024;

    private const string Service = "/process.Process/";

    private readonly Sandbox _sandbox;

    internal CommandsClient(Sandbox sandbox) => _sandbox = sandbox;

    /// <summary>Starts a command; returns when its process id is known.</summary>
    /// <param name="command">For <c>/bin/bash -l -c</c>.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">Gives up, until this has returned. The command may have been started by then and runs on.</param>
    /// <returns>The running command. Dispose of it to let go; that does not end the command.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    public async Task<CommandHandle> StartAsync(
        string command, CommandOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        options ??= new CommandOptions();
        DaemonEndpoint endpoint = await _sandbox.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        var request = new StartRequest
        {
            Process = new ProcessConfig { Cmd = "/bin/bash", Args = { "-l", "-c", command } },
        };
        if (!string.IsNullOrEmpty(options.WorkingDirectory))
        {
            request.Process.Cwd = options.WorkingDirectory;
        }

        foreach ((string name, string value) in options.Environment ?? new Dictionary<string, string>())
        {
            request.Process.Envs[name] = value;
        }

        if (!string.IsNullOrEmpty(options.Tag))
        {
            request.Tag = options.Tag;
        }

        if (endpoint.Version.CanSwitchStdinOff)
        {
            request.Stdin = options.StandardInput;
        }

        var call = new DaemonCall(
            Service + "Start", "start a command", Name: "The command", User: options.User, RequestTimeout: options.RequestTimeout);
        return await OpenAsync(call, request, options, isOwner: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a command to its end. An exit code other than zero is no error here: see <see cref="CommandResult.EnsureSuccess"/>.</summary>
    /// <param name="command">For <c>/bin/bash -l -c</c>.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="cancellationToken">
    /// Gives up, and kills the command in the sandbox, since nobody could reach it any more (its main process; for at
    /// most 2 s it is tried).
    /// </param>
    /// <exception cref="SandboxNotFoundException">The sandbox does not run any more.</exception>
    /// <exception cref="E2BInvalidArgumentException">The working directory does not exist, or an option cannot be.</exception>
    /// <exception cref="E2BTimeoutException">The command ran longer than its timeout and was killed.</exception>
    public async Task<CommandResult> RunAsync(
        string command, CommandOptions? options = null, CancellationToken cancellationToken = default)
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

    /// <summary>Attaches to a running process: its output from now on, its end, its stdin.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="options"><see cref="CommandOptions.Timeout"/> says how long to follow it (it is not killed then); capture and request timeout count, the rest does not.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    public Task<CommandHandle> ConnectAsync(int pid, CommandOptions? options = null, CancellationToken cancellationToken = default) =>
        ConnectAsync(ByPid(pid), $"the process {pid}", options, cancellationToken);

    /// <summary>Attaches to a running process by the tag given at its start.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="options">As with a process id.</param>
    /// <param name="cancellationToken">Gives up, until this has returned.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    public Task<CommandHandle> ConnectAsync(string tag, CommandOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return ConnectAsync(new ProcessSelector { Tag = tag }, $"the process with the tag '{tag}'", options, cancellationToken);
    }

    /// <summary>Lists the processes that were started through the daemon and still run.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<ProcessDetails>> ListAsync(CancellationToken cancellationToken = default)
    {
        var call = new DaemonCall(Service + "List", "list processes", Repeat: Repeat.Safe);
        ListResponse answer = await _sandbox.Daemon.CallAsync<ListResponse>(call, new ListRequest(), cancellationToken).ConfigureAwait(false);
        return answer.Processes.Select(ToDetails).ToList();
    }

    /// <summary>Kills a process with SIGKILL. Its children survive.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="false"/> when no such process runs.</returns>
    public async Task<bool> KillAsync(int pid, CancellationToken cancellationToken = default)
    {
        DaemonCall call = About(pid, "SendSignal", "kill");
        var request = new SendSignalRequest { Process = ByPid(pid), Signal = Signal.Sigkill };
        try
        {
            await _sandbox.Daemon.CallAsync<SendSignalResponse>(call, request, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SandboxProcessNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Writes to a process's stdin; returns when all of it is in the pipe.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Gives up. A part may have been written.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    /// <exception cref="E2BTimeoutException">The process did not read within the request timeout.</exception>
    public async Task SendInputAsync(int pid, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        DaemonCall call = About(pid, "SendInput", "write to");
        while (!data.IsEmpty)
        {
            ReadOnlyMemory<byte> part = data[..Math.Min(data.Length, InputChunk)];
            var request = new SendInputRequest
            {
                Process = ByPid(pid),
                Input = new ProcessInput { Stdin = UnsafeByteOperations.UnsafeWrap(part) },
            };
            await _sandbox.Daemon.CallAsync<SendInputResponse>(call, request, cancellationToken).ConfigureAwait(false);
            data = data[part.Length..];
        }
    }

    /// <summary>Ends a process's stdin, so that it reads the end of its input.</summary>
    /// <param name="pid">Its process id in the sandbox.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxProcessNotFoundException">No such process runs.</exception>
    /// <exception cref="E2BTemplateException">The daemon is older than 0.5.2 and cannot.</exception>
    public async Task CloseInputAsync(int pid, CancellationToken cancellationToken = default)
    {
        DaemonEndpoint endpoint = await _sandbox.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        if (!endpoint.Version.CanCloseStdin)
        {
            throw new E2BTemplateException(
                $"The daemon in the sandbox {_sandbox.SandboxId} has version {endpoint.Version.Text}, and stdin can be closed from 0.5.2 on. Build the template again.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }

        await _sandbox.Daemon.CallAsync<CloseStdinResponse>(
            About(pid, "CloseStdin", "end the input of"), new CloseStdinRequest { Process = ByPid(pid) }, cancellationToken).ConfigureAwait(false);
    }

    private static ProcessSelector ByPid(int pid) => pid > 0
        ? new ProcessSelector { Pid = (uint)pid }
        : throw new E2BInvalidArgumentException("A process id is greater than zero.");

    private static DaemonCall About(int pid, string method, string verb)
    {
        string name = $"the process {pid}";
        return new DaemonCall(Service + method, $"{verb} {name}", Missing.Process, name);
    }

    private static async Task EndAsync(Task<CommandHandle> starting, CancellationToken cancellationToken)
    {
        try
        {
            CommandHandle handle = await starting.ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                await handle.KillAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException or ObjectDisposedException)
        {
            // It was tried; the caller is told of the cancellation.
        }
    }

    private Task<CommandHandle> ConnectAsync(
        ProcessSelector process, string name, CommandOptions? options, CancellationToken cancellationToken)
    {
        options ??= new CommandOptions();
        var call = new DaemonCall(
            Service + "Connect", $"attach to {name}", Missing.Process, name, RequestTimeout: options.RequestTimeout);
        return OpenAsync(call, new ConnectRequest { Process = process }, options, isOwner: false, cancellationToken);
    }

    private async Task<CommandHandle> OpenAsync(
        DaemonCall call, IMessage request, CommandOptions options, bool isOwner, CancellationToken cancellationToken)
    {
        TimeSpan timeout = options.Timeout ?? DefaultTimeout;
        if (timeout < TimeSpan.Zero || options.MaxCapturedBytes < 0)
        {
            throw new E2BInvalidArgumentException("A command's Timeout and MaxCapturedBytes cannot be negative; a Timeout of zero means no limit.");
        }

        TimeSpan? limit = timeout == TimeSpan.Zero ? null : timeout;
        long startedAt = System.Diagnostics.Stopwatch.GetTimestamp();

        // The messages of Start and of Connect are the same on the wire.
        (MessageStream<StartResponse> stream, StartResponse first) = await _sandbox.Daemon
            .OpenStreamAsync<StartResponse>(call, request, limit, cancellationToken).ConfigureAwait(false);
        if (first.Event?.Start is not { } start)
        {
            stream.Dispose();
            throw new E2BProtocolException($"Could not {call.Action}: the daemon did not say which process it is about.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }

        DaemonEndpoint endpoint = await _sandbox.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        CallContext context = _sandbox.Daemon.ContextOf(endpoint, call) with
        {
            Action = $"follow the process {start.Pid}",
            Name = isOwner ? "The command" : $"The process {start.Pid}",
            AfterBreak = "The process may still run: attach to it again by its id.",
        };
        return new CommandHandle(_sandbox, stream, context, (int)start.Pid, limit, isOwner, options.MaxCapturedBytes, startedAt);
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
