using System.Diagnostics;
using System.Runtime.CompilerServices;
using E2B.Errors;
using E2B.Protocol.Process;
using E2B.Transport;
using Google.Protobuf;

namespace E2B.Commands;

/// <summary>The calls of the process service. <see cref="CommandsClient"/> and <see cref="PtyClient"/> are its two faces.</summary>
internal sealed class ProcessClient
{
    // What a pipe takes at once: a process that reads slowly then does not let a request run into its time limit.
    private const int InputChunk = 64 * 1024;

    private const string Service = "/process.Process/";

    /// <summary>How long a start that was given up is still waited for, and how long the end of a process may take.</summary>
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(2);

    private readonly Sandbox _sandbox;

    public ProcessClient(Sandbox sandbox)
    {
        _sandbox = sandbox;
        TreeStop = new TreeStop(sandbox, this);
    }

    public TreeStop TreeStop { get; }

    private DaemonClient Daemon => _sandbox.Daemon;

    private StreamTiming Timing => _sandbox.Client.Connection.Timing;

    public static ProcessSelector ByPid(int pid) => pid > 0
        ? new ProcessSelector { Pid = (uint)pid }
        : throw new E2BInvalidArgumentException("A process id is greater than zero.");

    public static ProcessSelector ByTag(string tag) => string.IsNullOrEmpty(tag)
        ? throw new E2BInvalidArgumentException("The tag is empty.")
        : new ProcessSelector { Tag = tag };

    /// <summary>
    /// Starts a process, with a terminal or without; returns when its process id is known. Given up before that, it
    /// ends what was started all the same: nobody could reach it any more.
    /// </summary>
    public async Task<CommandHandle> StartAsync(
        ProcessCommand command, CommandOptions? options, PTY? terminal, CancellationToken cancellationToken, bool isHelper = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var abandon = new CancellationTokenSource();
        Task<CommandHandle> starting = OpenAsync(command, options, terminal, isHelper, abandon.Token);
        try
        {
            return await starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            abandon.CancelAfter(_endLimit);
            await EndAbandonedAsync(starting).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends a process that nobody waits for any more, as far as that can be done in a short time.</summary>
    public async Task EndQuietlyAsync(int pid, StopOptions? how = null)
    {
        using var limit = new CancellationTokenSource(_endLimit);
        try
        {
            // A part of the time is for the leader alone, where the tree cannot be had.
            await TreeStop.StopAsync(pid, how ?? new StopOptions(), limit.Token, _endLimit * 0.7).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It was tried; whoever gave up is told of that and nothing else.
        }
    }

    private async Task EndAbandonedAsync(Task<CommandHandle> starting)
    {
        try
        {
            CommandHandle handle = await starting.ConfigureAwait(false);
            await using (handle.ConfigureAwait(false))
            {
                await EndQuietlyAsync(handle.ProcessId).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // It did not start, or not in time.
        }
    }

    private async Task<CommandHandle> OpenAsync(
        ProcessCommand command, CommandOptions? options, PTY? terminal, bool isHelper, CancellationToken cancellationToken)
    {
        options ??= new CommandOptions();
        TimeSpan? limit = LimitOf(options);
        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        bool hasPipe = options.StandardInput || !endpoint.Version.CanSwitchStdinOff;
        var request = new StartRequest { Process = ToConfig(command, options) };
        if (!string.IsNullOrEmpty(options.Tag))
        {
            request.Tag = options.Tag;
        }

        if (terminal is not null)
        {
            request.Pty = terminal;
        }
        else if (endpoint.Version.CanSwitchStdinOff)
        {
            request.Stdin = options.StandardInput;
        }

        string what = terminal is null ? "command" : "terminal";
        var call = new DaemonCall(
            Service + "Start", $"start a {what}", Name: $"The {what}", User: options.User, RequestTimeout: options.RequestTimeout);
        var about = new FollowedProcess
        {
            Name = $"The {what}",
            Limit = limit,
            IsOwner = true,
            StopsAtLimit = !isHelper,
            Input = terminal is not null ? InputKind.Terminal : hasPipe ? InputKind.Pipe : InputKind.None,
            MaxCapturedBytes = options.MaxCapturedBytes,
        };

        // Only the client can end the whole tree, so it goes first; the daemon's own limit is for when the client is gone.
        return await OpenAsync(call, request, about, limit + Timing.LimitGrace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Attaches to a process.</summary>
    public Task<CommandHandle> ConnectAsync(
        ProcessSelector process, CommandOptions? options, InputKind input, CancellationToken cancellationToken)
    {
        options ??= new CommandOptions();
        TimeSpan? limit = LimitOf(options);
        string name = NameOf(process);
        var call = new DaemonCall(Service + "Connect", $"attach to {name}", Missing.Process, name, RequestTimeout: options.RequestTimeout);
        var about = new FollowedProcess { Limit = limit, Input = input, MaxCapturedBytes = options.MaxCapturedBytes };
        return OpenAsync(call, new ConnectRequest { Process = process }, about, limit, cancellationToken);
    }

    /// <summary>The stream of a process whose own has broken; returns when the first event is there.</summary>
    public async Task<MessageStream<StartResponse>> ReconnectAsync(
        int pid, TimeSpan? lifetime, TimeSpan requestTimeout, CancellationToken cancellationToken)
    {
        var process = new ProcessSelector { Pid = (uint)pid };
        string name = NameOf(process);
        var call = new DaemonCall(Service + "Connect", $"attach to {name} again", Missing.Process, name, RequestTimeout: requestTimeout);
        (MessageStream<StartResponse> stream, StartResponse first) = await Daemon
            .OpenStreamAsync<StartResponse>(call, new ConnectRequest { Process = process }, lifetime, cancellationToken).ConfigureAwait(false);
        ThrowUnlessStart(call, stream, first);
        return stream;
    }

    public async Task<IReadOnlyList<ProcessInfo>> ListAsync(CancellationToken cancellationToken)
    {
        var call = new DaemonCall(Service + "List", "list processes", Repeat: Repeat.Safe);
        return (await Daemon.CallAsync<ListResponse>(call, new ListRequest(), cancellationToken).ConfigureAwait(false)).Processes;
    }

    /// <summary>Sends a signal to the one process.</summary>
    /// <returns><see langword="false"/> when no such process runs.</returns>
    public async Task<bool> SignalAsync(int pid, StopSignal signal, CancellationToken cancellationToken)
    {
        DaemonCall call = About(pid, "SendSignal", signal == StopSignal.Kill ? "kill" : "end");
        var request = new SendSignalRequest
        {
            Process = ByPid(pid),
            Signal = signal == StopSignal.Kill ? Signal.Sigkill : Signal.Sigterm,
        };
        try
        {
            await Daemon.CallAsync<SendSignalResponse>(call, request, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SandboxProcessNotFoundException)
        {
            return false;
        }
    }

    public Task ResizeAsync(int pid, PTY size, CancellationToken cancellationToken) => Daemon.CallAsync<UpdateResponse>(
        About(pid, "Update", "resize the terminal of"), new UpdateRequest { Process = ByPid(pid), Pty = size }, cancellationToken);

    /// <summary>Sends input in order, in pieces; returns when the process's pipe has taken the last.</summary>
    /// <returns>What kind of input the process has turned out to take.</returns>
    public async Task<InputKind> SendInputAsync(int pid, InputKind kind, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        DaemonCall call = About(pid, "SendInput", "write to");
        while (!data.IsEmpty)
        {
            ReadOnlyMemory<byte> part = data[..Math.Min(data.Length, InputChunk)];
            var request = new SendInputRequest { Process = ByPid(pid), Input = ToInput(kind, part) };
            try
            {
                await Daemon.CallAsync<SendInputResponse>(call, request, cancellationToken).ConfigureAwait(false);
            }
            catch (E2BException e) when (kind == InputKind.Unknown && e.Facts.Refusal == InputRefusal.IsTerminal)
            {
                kind = InputKind.Terminal;
                continue;
            }

            data = data[part.Length..];
        }

        return kind;
    }

    /// <summary>Finds out what kind of input a process takes, by sending it nothing.</summary>
    public async Task<InputKind> FindInputKindAsync(int pid, CancellationToken cancellationToken)
    {
        try
        {
            var request = new SendInputRequest { Process = ByPid(pid), Input = ToInput(InputKind.Pipe, default) };
            await Daemon.CallAsync<SendInputResponse>(About(pid, "SendInput", "write to"), request, cancellationToken).ConfigureAwait(false);
            return InputKind.Pipe;
        }
        catch (E2BException e) when (e.Facts.Refusal == InputRefusal.IsTerminal)
        {
            return InputKind.Terminal;
        }
    }

    /// <summary>Sends input as one stream; returns when the process's pipe has taken the last of it.</summary>
    public Task StreamInputAsync(int pid, InputKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> input, CancellationToken cancellationToken) =>
        Daemon.UploadAsync<StreamInputRequest, StreamInputResponse>(
            About(pid, "StreamInput", "write to") with { RequestTimeout = TimeSpan.Zero },
            ToMessagesAsync(pid, kind, input, Timing.SilenceLimit, cancellationToken),
            cancellationToken);

    /// <summary>Ends the input of a process.</summary>
    public async Task CloseInputAsync(int pid, InputKind kind, CancellationToken cancellationToken)
    {
        if (kind == InputKind.Terminal)
        {
            await SendInputAsync(pid, kind, new byte[] { 0x04 }, cancellationToken).ConfigureAwait(false);
            return;
        }

        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        if (!endpoint.Version.CanCloseStdin)
        {
            throw new E2BTemplateException(
                $"The daemon in the sandbox {_sandbox.SandboxId} has version {endpoint.Version.Text}, and stdin can be closed from 0.5.2 on. Build the template again.")
            {
                SandboxId = _sandbox.SandboxId,
            };
        }

        try
        {
            await Daemon.CallAsync<CloseStdinResponse>(
                About(pid, "CloseStdin", "end the input of"), new CloseStdinRequest { Process = ByPid(pid) }, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BException e) when (kind == InputKind.Unknown && e.Facts.Refusal == InputRefusal.IsTerminal)
        {
            await CloseInputAsync(pid, InputKind.Terminal, cancellationToken).ConfigureAwait(false);
        }
    }

    private static ProcessInput ToInput(InputKind kind, ReadOnlyMemory<byte> data)
    {
        ByteString bytes = UnsafeByteOperations.UnsafeWrap(data);
        return kind == InputKind.Terminal ? new ProcessInput { Pty = bytes } : new ProcessInput { Stdin = bytes };
    }

    private static async IAsyncEnumerable<StreamInputRequest> ToMessagesAsync(
        int pid, InputKind kind, IAsyncEnumerable<ReadOnlyMemory<byte>> input, TimeSpan keepalive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new StreamInputRequest { Start = new StreamInputRequest.Types.StartEvent { Process = ByPid(pid) } };
        IAsyncEnumerator<ReadOnlyMemory<byte>> pieces = input.GetAsyncEnumerator(cancellationToken);
        await using (pieces.ConfigureAwait(false))
        {
            while (true)
            {
                ValueTask<bool> next = pieces.MoveNextAsync();
                Task<bool>? waiting = next.IsCompleted ? null : next.AsTask();
                while (waiting is { IsCompleted: false })
                {
                    // A connection on which nothing moves is closed sooner or later by somebody on the way.
                    await Task.WhenAny(waiting, Task.Delay(keepalive, cancellationToken)).ConfigureAwait(false);
                    if (!waiting.IsCompleted)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        yield return new StreamInputRequest { Keepalive = new StreamInputRequest.Types.KeepAlive() };
                    }
                }

                if (!(waiting is null ? await next.ConfigureAwait(false) : await waiting.ConfigureAwait(false)))
                {
                    break;
                }

                yield return new StreamInputRequest { Data = new StreamInputRequest.Types.DataEvent { Input = ToInput(kind, pieces.Current) } };
            }
        }
    }

    private static string NameOf(ProcessSelector process) => process.SelectorCase == ProcessSelector.SelectorOneofCase.Tag
        ? $"the process with the tag '{process.Tag}'"
        : $"the process {process.Pid}";

    private static DaemonCall About(int pid, string method, string verb)
    {
        string name = $"the process {pid}";
        return new DaemonCall(Service + method, $"{verb} {name}", Missing.Process, name);
    }

    private static ProcessConfig ToConfig(ProcessCommand command, CommandOptions options)
    {
        var config = new ProcessConfig { Cmd = command.FileName, Args = { command.Arguments } };
        if (!string.IsNullOrEmpty(options.WorkingDirectory))
        {
            config.Cwd = options.WorkingDirectory;
        }

        foreach ((string name, string value) in options.Environment ?? new Dictionary<string, string>())
        {
            config.Envs[name] = value;
        }

        return config;
    }

    private static TimeSpan? LimitOf(CommandOptions options)
    {
        TimeSpan timeout = options.Timeout ?? CommandsClient.DefaultTimeout;
        if (timeout < TimeSpan.Zero || options.MaxCapturedBytes < 0)
        {
            throw new E2BInvalidArgumentException("A command's Timeout and MaxCapturedBytes cannot be negative; a Timeout of zero means no limit.");
        }

        return timeout == TimeSpan.Zero ? null : timeout;
    }

    private async Task<CommandHandle> OpenAsync(
        DaemonCall call, IMessage request, FollowedProcess about, TimeSpan? lifetime, CancellationToken cancellationToken)
    {
        long startedAt = Stopwatch.GetTimestamp();

        // The messages of Start and of Connect are the same on the wire.
        (MessageStream<StartResponse> stream, StartResponse first) = await Daemon
            .OpenStreamAsync<StartResponse>(call, request, lifetime, cancellationToken).ConfigureAwait(false);
        int pid = ThrowUnlessStart(call, stream, first);
        DaemonEndpoint endpoint = await Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        string name = about.Name ?? $"The process {pid}";
        about = about with
        {
            ProcessId = pid,
            StartedAt = startedAt,
            Name = name,
            Context = Daemon.ContextOf(endpoint, call) with
            {
                Action = $"follow the process {pid}",
                Name = name,
                AfterBreak = "The process may still run: attach to it again by its id.",
            },
        };
        return new CommandHandle(_sandbox, stream, about);
    }

    private int ThrowUnlessStart(DaemonCall call, MessageStream<StartResponse> stream, StartResponse first)
    {
        if (first.Event?.Start is { } start)
        {
            return (int)start.Pid;
        }

        stream.Dispose();
        throw new E2BProtocolException($"Could not {call.Action}: the daemon did not say which process it is about.")
        {
            SandboxId = _sandbox.SandboxId,
        };
    }
}
