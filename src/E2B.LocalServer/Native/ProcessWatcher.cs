using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace E2B.LocalServer.Native;

/// <summary>
/// Tells when processes end, children or not, with one thread for all of them: a process descriptor becomes
/// readable at the end of its process. Children are reaped here, so none stays behind as a zombie.
/// </summary>
internal sealed unsafe class ProcessWatcher
{
    /// <summary>The exit code of a process that was not our child, whose true code nobody can ask for.</summary>
    public const int UnknownExitCode = -1;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Delete = 2;
    private const uint Readable = 1;
    private const int ByPidFd = 3;
    private const int NoHang = 1;
    private const int Exited = 4;
    private const int SignalInfoSize = 128;
    private const int SubreaperOption = 36;
    private const int Kill = 9;
    private const int ReportedExit = 1;

    private static readonly Lazy<ProcessWatcher> _instance = new(() => new ProcessWatcher());

    private readonly int _epoll = LinuxException.Check(Libc.EpollCreate(CloseOnExec), "epoll_create1", "for process descriptors");
    private readonly ConcurrentDictionary<int, TaskCompletionSource<int>> _waiting = new();

    private ProcessWatcher() =>
        new Thread(Watch) { IsBackground = true, Name = "process watcher", }.Start();

    public static ProcessWatcher Instance => _instance.Value;

    /// <summary>
    /// Orphaned descendants become our children, so that a container's first process is reaped here and not left
    /// to whatever runs as process 1, which in a container may reap nothing.
    /// </summary>
    public static void AdoptOrphans() =>
        LinuxException.Check(Libc.ProcessControl(SubreaperOption, 1, 0, 0, 0), "prctl", "PR_SET_CHILD_SUBREAPER");

    /// <summary>Sends SIGKILL to a process unless it has ended.</summary>
    public static void KillProcess(int pid)
    {
        var fd = NewSystemCalls.PidFdOpen(pid);
        if (fd >= 0)
        {
            _ = NewSystemCalls.PidFdSendSignal(fd, Kill);
            _ = Libc.Close(fd);
        }
    }

    /// <summary>
    /// The exit code of a process (128 + n when signal n ended it); a process that is gone already has ended too.
    /// </summary>
    public Task<int> WaitAsync(int pid)
    {
        var fd = NewSystemCalls.PidFdOpen(pid);
        if (fd < 0)
        {
            var error = LinuxException.Last("pidfd_open", $"of process {pid}");
            return error.Errno == Errno.NoProcess ? Task.FromResult(UnknownExitCode) : throw error;
        }

        var completion = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[fd] = completion;
        Control(Add, fd);
        return completion.Task;
    }

    private void Watch()
    {
        const int Size = 32;
        var events = stackalloc PollEvent[Size];
        var unpacked = stackalloc UnpackedPollEvent[Size];
        while (true)
        {
            // x86-64 alone packs this structure.
            var packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
            var count = Libc.EpollWait(_epoll, packed ? events : unpacked, Size, -1);
            for (var i = 0; i < count; i++)
            {
                Finish(packed ? (int)events[i].Data : (int)unpacked[i].Data);
            }
        }
    }

    private void Finish(int fd)
    {
        Control(Delete, fd);
        var exitCode = Reap(fd);
        _waiting.TryRemove(fd, out var completion);
        _ = Libc.Close(fd);
        completion?.SetResult(exitCode);
    }

    private static int Reap(int fd)
    {
        var info = stackalloc int[SignalInfoSize / sizeof(int)];
        new Span<int>(info, SignalInfoSize / sizeof(int)).Clear();
        if (Libc.WaitId(ByPidFd, fd, info, Exited | NoHang) < 0 || info[0] == 0)
        {
            return UnknownExitCode;
        }

        // siginfo_t: signal, error, code, padding, pid, uid, status.
        return info[2] == ReportedExit ? info[6] : 128 + info[6];
    }

    private void Control(int operation, int fd)
    {
        var packed = new PollEvent { Events = Readable, Data = (ulong)fd };
        var unpacked = new UnpackedPollEvent { Events = Readable, Data = (ulong)fd };
        var pointer = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (void*)&packed : &unpacked;
        LinuxException.Check(Libc.EpollControl(_epoll, operation, fd, pointer), "epoll_ctl", "on a process descriptor");
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PollEvent
    {
        public uint Events;
        public ulong Data;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct UnpackedPollEvent
    {
        public uint Events;
        public ulong Data;
    }
}
