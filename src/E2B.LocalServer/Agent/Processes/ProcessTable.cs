using System.Diagnostics.CodeAnalysis;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Process;

namespace E2B.LocalServer.Agent.Processes;

/// <summary>A process that is gone, and how it ended.</summary>
internal sealed record EndedProcess(int Pid, string? Tag, ProcessEvent.Types.EndEvent End);

/// <summary>
/// All processes that were started through the service, and the thread that reaps. Starting, reaping and
/// signalling happen under one lock: a pid is never signalled after somebody else may have got it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the program.")]
internal sealed class ProcessTable
{
    /// <summary>So long after its end a process can still be asked how it ended.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromSeconds(30);

    private const int AnyProcess = 0;
    private const int NoHang = 1;
    private const int Exited = 4;
    private const int LeaveWaitable = 0x01000000;
    private const int BecomeSubreaper = 36;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, SandboxProcess> _running = [];
    private readonly Dictionary<int, EndedProcess> _ended = [];
    private readonly AutoResetEvent _started = new(false);

    /// <summary>From now on every child of this program is reaped, whoever started it. So only the agent's own program may ask for it.</summary>
    public void StartReaping()
    {
        // The first process of a container gets all orphans anyway; elsewhere they are asked for, so that both behave alike.
        _ = Libc.ProcessControl(BecomeSubreaper, 1, 0, 0, 0);
        new Thread(Reap, 256 * 1024) { IsBackground = true, Name = "reaper" }.Start();
    }

    /// <summary>Starts a process and makes it known before it can be reaped.</summary>
    public void Add(SandboxProcess process, Func<int> start)
    {
        lock (_gate)
        {
            int pid = start();
            _running[pid] = process;
            _ended.Remove(pid);
            if (process.Tag is { } tag)
            {
                foreach (EndedProcess old in _ended.Values.Where(e => e.Tag == tag).ToList())
                {
                    _ended.Remove(old.Pid);
                }
            }
        }

        _started.Set();
    }

    public IReadOnlyList<SandboxProcess> List()
    {
        lock (_gate)
        {
            return [.. _running.Values.Where(p => !p.IsOwn).OrderBy(p => p.Pid)];
        }
    }

    public bool TryGet(ProcessSelector selector, [NotNullWhen(true)] out SandboxProcess? process)
    {
        lock (_gate)
        {
            process = selector.SelectorCase == ProcessSelector.SelectorOneofCase.Pid
                ? _running.GetValueOrDefault((int)selector.Pid)
                : _running.Values.FirstOrDefault(p => p.Tag == selector.Tag);
            return process is not null;
        }
    }

    public bool TryGetEnded(ProcessSelector selector, [NotNullWhen(true)] out EndedProcess? ended)
    {
        lock (_gate)
        {
            ended = selector.SelectorCase == ProcessSelector.SelectorOneofCase.Pid
                ? _ended.GetValueOrDefault((int)selector.Pid)
                : _ended.Values.FirstOrDefault(p => p.Tag == selector.Tag);
            return ended is not null;
        }
    }

    /// <summary>Signals the process itself; its children do not get it.</summary>
    public void Signal(SandboxProcess process, int signal)
    {
        lock (_gate)
        {
            if (!process.HasExited && Libc.Kill(process.Pid, signal) != 0)
            {
                throw UnixException.Last("kill");
            }
        }

        process.EndWithoutWaitingForOutput();
    }

    /// <summary>A process has ended and its output with it: keeps its end for a while.</summary>
    public void Finish(SandboxProcess process, ProcessEvent.Types.EndEvent end)
    {
        lock (_gate)
        {
            // The pid may be somebody else's by now.
            if (!_running.TryGetValue(process.Pid, out SandboxProcess? current) || current != process)
            {
                return;
            }

            var ended = new EndedProcess(process.Pid, process.Tag, end);
            _running.Remove(process.Pid);
            _ended[process.Pid] = ended;
            _ = ForgetLaterAsync(ended);
        }
    }

    private async Task ForgetLaterAsync(EndedProcess ended)
    {
        await Task.Delay(Retention);
        lock (_gate)
        {
            if (_ended.TryGetValue(ended.Pid, out EndedProcess? current) && current == ended)
            {
                _ended.Remove(ended.Pid);
            }
        }
    }

    private unsafe void Reap()
    {
        byte* info = stackalloc byte[128];
        while (true)
        {
            if (Libc.WaitForAny(AnyProcess, 0, info, Exited | LeaveWaitable, null) != 0)
            {
                if (Errno.Last == Errno.NoChild)
                {
                    // Without children of its own the agent can still get an orphan: from what entered the container from outside.
                    _started.WaitOne(TimeSpan.FromSeconds(10));
                }

                continue;
            }

            ReapAll();
        }
    }

    private unsafe void ReapAll()
    {
        while (true)
        {
            int status;
            SandboxProcess? process;
            lock (_gate)
            {
                int pid = Libc.WaitProcess(-1, &status, NoHang);
                if (pid <= 0)
                {
                    return;
                }

                if (_running.TryGetValue(pid, out process) && !process.HasExited)
                {
                    process.MarkExited();
                }
                else
                {
                    process = null;
                }
            }

            process?.OnExit(status);
        }
    }
}
