using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>The service <c>process.Process</c>.</summary>
internal sealed class ProcessService
{
    private const string Prefix = "/process.Process/";
    private readonly SandboxDefaults _defaults;
    private readonly ProcessTable _table = new();
    private readonly Spawner _spawner = new();
    private readonly Poller _poller;

    private readonly AgentLog _log;

    public ProcessService(SandboxDefaults defaults, Poller poller, AgentLog log) => (_defaults, _poller, _log) = (defaults, poller, log);

    public void Register(RpcRouter router)
    {
        router.Unary<ListRequest, ListResponse>(Prefix + "List", (_, _) => Task.FromResult(List()));
        router.ServerStream<StartRequest>(Prefix + "Start", StartAsync);
        router.ServerStream<ConnectRequest>(Prefix + "Connect", ConnectAsync);
        router.Unary<UpdateRequest, UpdateResponse>(Prefix + "Update", (_, request) => Task.FromResult(Update(request)));
        router.Unary<SendInputRequest, SendInputResponse>(Prefix + "SendInput", SendInputAsync);
        router.ClientStream<StreamInputRequest, StreamInputResponse>(Prefix + "StreamInput", StreamInputAsync);
        router.Unary<CloseStdinRequest, CloseStdinResponse>(Prefix + "CloseStdin", CloseStdinAsync);
        router.Unary<SendSignalRequest, SendSignalResponse>(Prefix + "SendSignal", (_, request) => Task.FromResult(SendSignal(request)));
    }

    /// <summary>See <see cref="ProcessTable.StartReaping"/>.</summary>
    public void StartReaping() => _table.StartReaping();

    /// <summary>Starts a process of the agent's own, with stdin, and listens to it.</summary>
    /// <exception cref="UnixException">It could not be started.</exception>
    public async Task<(SandboxProcess Process, OutputSubscription Output)> StartOwnAsync(SpawnPlan plan)
    {
        var process = new SandboxProcess(_table, new ProcessConfig { Cmd = plan.Command }, tag: null) { IsOwn = true };
        OutputSubscription output = process.Output.Subscribe();
        try
        {
            await process.StartAsync(_spawner, _poller, plan, withInput: true);
            return (process, output);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    private ListResponse List()
    {
        var response = new ListResponse();
        foreach (SandboxProcess process in _table.List())
        {
            var info = new ProcessInfo { Pid = (uint)process.Pid, Config = process.Config };
            if (process.Tag is not null)
            {
                info.Tag = process.Tag;
            }

            response.Processes.Add(info);
        }

        return response;
    }

    private async Task StartAsync(RpcContext context, StartRequest request, MessageStream stream)
    {
        ProcessConfig config = request.Process ?? new ProcessConfig();
        SpawnPlan plan = SpawnPlans.Make(config, context.User, context.Resolve(config.Cwd), _defaults.Environment);
        var report = new ProcessReport(_log);
        var process = new SandboxProcess(_table, config, request.HasTag ? request.Tag : null) { Ended = report.Ended };
        using OutputSubscription output = process.Output.Subscribe();
        try
        {
            await (request.Pty is { } pty
                ? process.StartInTerminalAsync(_spawner, _poller, plan, pty.Size?.Cols ?? 0, pty.Size?.Rows ?? 0)
                : process.StartAsync(_spawner, _poller, plan, withInput: !request.HasStdin || request.Stdin));
        }
        catch (UnixException e)
        {
            string command = string.Join(' ', [config.Cmd, .. config.Args]);
            throw new RpcException(ConnectCode.InvalidArgument, request.Pty is null
                ? $"error starting process '{command}': {e.Message}"
                : $"error starting pty with command '{command}' in dir '{plan.Directory}' with '{request.Pty.Size?.Cols ?? 0}' cols and '{request.Pty.Size?.Rows ?? 0}' rows: {e.Message}");
        }

        report.Started(process.Pid, config, context.User.Name, plan.Directory);
        if (context.TimeLimit is { } limit)
        {
            process.KillAfter(limit);
        }

        await new EventWriter(stream, started => new StartResponse { Event = started }).RunAsync(process.Pid, output, context);
    }

    private async Task ConnectAsync(RpcContext context, ConnectRequest request, MessageStream stream)
    {
        var writer = new EventWriter(stream, happened => new ConnectResponse { Event = happened });
        if (_table.TryGet(Check(request.Process), out SandboxProcess? process))
        {
            using OutputSubscription output = process.Output.Subscribe();
            await writer.RunAsync(process.Pid, output, context);
        }
        else if (_table.TryGetEnded(request.Process, out EndedProcess? ended))
        {
            writer.WriteStart(ended.Pid);
            writer.WriteEnd(ended.End);
        }
        else
        {
            throw NotFound(request.Process);
        }
    }

    private UpdateResponse Update(UpdateRequest request)
    {
        SandboxProcess process = Find(request.Process);
        if (request.Pty is { } pty)
        {
            try
            {
                process.Resize(pty.Size?.Cols ?? 0, pty.Size?.Rows ?? 0);
            }
            catch (Exception e) when (e is InvalidOperationException or UnixException)
            {
                throw new RpcException(ConnectCode.Internal, "error resizing tty: " + e.Message);
            }
        }

        return new UpdateResponse();
    }

    private async Task<SendInputResponse> SendInputAsync(RpcContext context, SendInputRequest request)
    {
        await WriteAsync(Find(request.Process), request.Input, context);
        return new SendInputResponse();
    }

    private async Task<StreamInputResponse> StreamInputAsync(RpcContext context, IAsyncEnumerable<StreamInputRequest> requests)
    {
        SandboxProcess? process = null;
        await foreach (StreamInputRequest request in requests)
        {
            switch (request.EventCase)
            {
                case StreamInputRequest.EventOneofCase.Start:
                    process = Find(request.Start.Process);
                    break;
                case StreamInputRequest.EventOneofCase.Data:
                    await WriteAsync(
                        process ?? throw new RpcException(ConnectCode.InvalidArgument, "data before the start event, which says where it goes"),
                        request.Data.Input,
                        context);
                    break;
                case StreamInputRequest.EventOneofCase.Keepalive:
                    break;
                default:
                    throw new RpcException(ConnectCode.Unimplemented, "invalid event type");
            }
        }

        return new StreamInputResponse();
    }

    private async Task<CloseStdinResponse> CloseStdinAsync(RpcContext context, CloseStdinRequest request)
    {
        try
        {
            await Find(request.Process).CloseStdinAsync(context.Ended);
            return new CloseStdinResponse();
        }
        catch (InvalidOperationException e)
        {
            throw new RpcException(ConnectCode.Unknown, "error closing stdin: " + e.Message);
        }
    }

    private SendSignalResponse SendSignal(SendSignalRequest request)
    {
        SandboxProcess process = Find(request.Process);
        int signal = request.Signal switch
        {
            Signal.Sigkill => Libc.SignalKill,
            Signal.Sigterm => Libc.SignalTerminate,
            _ => throw new RpcException(ConnectCode.Unimplemented, $"invalid signal: {(int)request.Signal}"),
        };
        try
        {
            _table.Signal(process, signal);
        }
        catch (UnixException e)
        {
            throw new RpcException(ConnectCode.Internal, "error sending signal: " + e.Message);
        }

        return new SendSignalResponse();
    }

    private static async Task WriteAsync(SandboxProcess process, ProcessInput? input, RpcContext context)
    {
        bool terminal = input?.InputCase == ProcessInput.InputOneofCase.Pty;
        try
        {
            await (input?.InputCase switch
            {
                ProcessInput.InputOneofCase.Pty => process.WriteTerminalAsync(input.Pty.Memory, context.Ended),
                ProcessInput.InputOneofCase.Stdin => process.WriteStdinAsync(input.Stdin.Memory, context.Ended),
                _ => throw new RpcException(ConnectCode.Unimplemented, "invalid input type"),
            });
        }
        catch (ObjectDisposedException)
        {
            throw new RpcException(ConnectCode.Internal, terminal
                ? $"error writing to tty: error writing to tty of process '{process.Pid}': the process has ended"
                : "error writing to stdin: stdin not enabled or closed");
        }
        catch (InvalidOperationException e)
        {
            throw new RpcException(ConnectCode.Internal, $"error writing to {(terminal ? "tty" : "stdin")}: {e.Message}");
        }
        catch (UnixException e)
        {
            string where = terminal ? "tty" : "stdin";
            throw new RpcException(ConnectCode.Internal, $"error writing to {where}: error writing to {where} of process '{process.Pid}': {e.Message}");
        }
    }

    private SandboxProcess Find(ProcessSelector? selector) =>
        _table.TryGet(Check(selector), out SandboxProcess? process) ? process : throw NotFound(selector!);

    private static ProcessSelector Check(ProcessSelector? selector) =>
        selector is { SelectorCase: not ProcessSelector.SelectorOneofCase.None }
            ? selector
            : throw new RpcException(ConnectCode.Unimplemented, "the selector names neither a pid nor a tag");

    private static RpcException NotFound(ProcessSelector selector) =>
        new(ConnectCode.NotFound, selector.SelectorCase == ProcessSelector.SelectorOneofCase.Pid
            ? $"process with pid {selector.Pid} not found"
            : $"process with tag {selector.Tag} not found");
}
