using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>A process that was started through the service, from its start to the closing of its output.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Its end, which comes by itself, disposes of everything.")]
internal sealed class SandboxProcess
{
    private readonly ProcessTable _table;
    private readonly List<OutputStream> _streams = [];
    private readonly Lock _gate = new();
    private InputPipe? _stdin;
    private InputPipe? _terminalInput;
    private int _master = -1;
    private Timer? _deadline;
    private ProcessEvent.Types.EndEvent? _end;
    private bool _cutAtExit;
    private int _awaited;

    public SandboxProcess(ProcessTable table, ProcessConfig config, string? tag)
    {
        (_table, Config, Tag) = (table, config, tag);
    }

    public ProcessConfig Config { get; }

    public string? Tag { get; }

    /// <summary>Started by the agent itself, for itself: nobody is told of it.</summary>
    public bool IsOwn { get; init; }

    public int Pid { get; private set; }

    public ProcessOutput Output { get; } = new();

    /// <summary>Told when the process and its output have ended; it may be before the start has returned.</summary>
    public Action<int, ProcessEvent.Types.EndEvent>? Ended { get; init; }

    public bool IsTerminal => _terminalInput is not null;

    /// <summary>Whether the process itself has ended. Its output may still be open. Guarded by the table's lock.</summary>
    public bool HasExited { get; private set; }

    /// <summary>Starts the process with pipes.</summary>
    public async Task StartAsync(Spawner spawner, Poller poller, SpawnPlan plan, bool withInput)
    {
        var theirs = new List<int>();
        try
        {
            (int outRead, int outWrite) = Take(theirs, Descriptors.Pipe());
            AddStream(poller, OutputKind.Stdout, outRead);
            (int errRead, int errWrite) = Take(theirs, Descriptors.Pipe());
            AddStream(poller, OutputKind.Stderr, errRead);
            int input = -1;
            if (withInput)
            {
                (input, int ours) = Descriptors.Pipe();
                theirs.Add(input);
                _stdin = new InputPipe(poller, ours);
            }

            await SpawnAsync(spawner, plan with { StandardInput = input, StandardOutput = outWrite, StandardError = errWrite });
        }
        catch
        {
            Abandon();
            throw;
        }
        finally
        {
            theirs.ForEach(d => _ = Libc.Close(d));
        }

        _streams.ForEach(s => s.Resume());
    }

    /// <summary>Starts the process in a terminal.</summary>
    public async Task StartInTerminalAsync(Spawner spawner, Poller poller, SpawnPlan plan, uint columns, uint rows)
    {
        try
        {
            (int master, string path) = Terminal.Open(plan.User);
            AddStream(poller, OutputKind.Pty, master);

            // Reading and writing are waited for apart, and each needs a descriptor of its own for that.
            _terminalInput = new InputPipe(poller, Descriptors.DuplicateCloseOnExec(master));
            _master = Descriptors.DuplicateCloseOnExec(master);
            Terminal.Resize(_master, columns, rows);
            await SpawnAsync(spawner, plan with { TerminalPath = path });
        }
        catch
        {
            Abandon();
            throw;
        }

        _streams.ForEach(s => s.Resume());
    }

    /// <summary>Kills the process when the time has passed, whether anybody listens or not.</summary>
    public void KillAfter(TimeSpan time)
    {
        lock (_gate)
        {
            if (_end is null)
            {
                _deadline = new Timer(_ => _table.Signal(this, Libc.SignalKill), null, time, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Resize(uint columns, uint rows)
    {
        lock (_gate)
        {
            if (_master < 0)
            {
                throw new InvalidOperationException("tty not assigned to process");
            }

            Terminal.Resize(_master, columns, rows);
        }
    }

    public Task WriteStdinAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        if (IsTerminal)
        {
            throw new InvalidOperationException("tty assigned to process — input should be written to the pty, not the stdin");
        }

        return (_stdin ?? throw new InvalidOperationException("stdin not enabled or closed")).WriteAsync(data, cancellation);
    }

    public Task WriteTerminalAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation) =>
        (_terminalInput ?? throw new InvalidOperationException(
            "tty not assigned to process — input should be written to the stdin, not the tty")).WriteAsync(data, cancellation);

    public Task CloseStdinAsync(CancellationToken cancellation)
    {
        if (IsTerminal)
        {
            throw new InvalidOperationException("cannot close stdin for PTY process — send Ctrl+D (0x04) instead");
        }

        return _stdin?.CloseAsync(cancellation) ?? Task.CompletedTask;
    }

    /// <summary>The table tells that the process was reaped; under its lock.</summary>
    public void MarkExited() => HasExited = true;

    /// <summary>The rest of that, without the lock.</summary>
    public void OnExit(int status)
    {
        bool cut;
        lock (_gate)
        {
            _end = ExitStatus.ToEndEvent(status);
            cut = _cutAtExit;
        }

        if (cut)
        {
            _streams.ForEach(s => s.CutOff());
        }

        OnOnePartEnded();
    }

    /// <summary>
    /// After a signal that is to end the process, its end is told when it comes, even if children of its
    /// keep the output open.
    /// </summary>
    public void EndWithoutWaitingForOutput()
    {
        bool exited;
        lock (_gate)
        {
            _cutAtExit = true;
            exited = _end is not null;
        }

        if (exited)
        {
            _streams.ForEach(s => s.CutOff());
        }
    }

    private static (int Read, int Write) Take(List<int> theirs, (int Read, int Write) pipe)
    {
        theirs.Add(pipe.Write);
        return pipe;
    }

    private void AddStream(Poller poller, OutputKind kind, int descriptor) =>
        _streams.Add(new OutputStream(poller, Output, kind, descriptor, OnOnePartEnded));

    private Task SpawnAsync(Spawner spawner, SpawnPlan plan)
    {
        _awaited = _streams.Count + 1;
        return spawner.StartAsync(plan, spawn => _table.Add(this, () => Pid = spawn()));
    }

    private void OnOnePartEnded()
    {
        if (Interlocked.Decrement(ref _awaited) > 0)
        {
            return;
        }

        lock (_gate)
        {
            _deadline?.Dispose();
        }

        CloseInput();
        _table.Finish(this, _end!);
        Ended?.Invoke(Pid, _end!);
        Output.Complete(_end!);
    }

    private void CloseInput()
    {
        _stdin?.Dispose();
        _terminalInput?.Dispose();
        lock (_gate)
        {
            if (_master >= 0)
            {
                _ = Libc.Close(_master);
                _master = -1;
            }
        }
    }

    private void Abandon()
    {
        _streams.ForEach(s => s.Abandon());
        CloseInput();
    }
}
