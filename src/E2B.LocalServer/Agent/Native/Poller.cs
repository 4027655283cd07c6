using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace E2B.LocalServer.Agent.Native;

/// <summary>Something that waits for a descriptor. Called on the poller's thread, so it must never wait itself.</summary>
internal interface IPollTarget
{
    /// <summary>The descriptor can be read or written, or its other end is gone.</summary>
    /// <param name="scratch">A buffer to use during the call: the thread's own.</param>
    void OnReady(Span<byte> scratch);
}

/// <summary>
/// One thread that waits for the pipes and terminals of all processes, so that a process costs no thread.
/// Each arming is good for one call: who wants more arms again, who is full does not.
/// </summary>
internal sealed unsafe class Poller
{
    public const int ScratchSize = 32 * 1024;

    private const int ControlAdd = 1;
    private const int ControlDelete = 2;
    private const int ControlModify = 3;
    private const uint EventRead = 1;
    private const uint EventWrite = 4;
    private const uint EventOnce = 1u << 30;
    private const int Batch = 64;

    // The kernel packs struct epoll_event on x86-64 alone.
    private static readonly int _dataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int _stride = _dataOffset + 8;

    private readonly int _epoll;
    private readonly Dictionary<ulong, IPollTarget> _targets = [];
    private ulong _lastId;

    public Poller()
    {
        _epoll = Libc.EpollCreate(Libc.OpenCloseOnExec);
        if (_epoll < 0)
        {
            throw UnixException.Last("epoll_create1");
        }

        new Thread(Run, 512 * 1024) { IsBackground = true, Name = "poller" }.Start();
    }

    /// <summary>Makes a target known. Nothing is waited for until the first arming.</summary>
    public ulong Register(IPollTarget target)
    {
        lock (_targets)
        {
            _targets.Add(++_lastId, target);
            return _lastId;
        }
    }

    /// <summary>Waits once for the descriptor; <paramref name="first"/> says that it was never armed before.</summary>
    public void Arm(ulong id, int descriptor, bool write, bool first)
    {
        byte* change = stackalloc byte[16];
        Unsafe.WriteUnaligned(change, EventOnce | (write ? EventWrite : EventRead));
        Unsafe.WriteUnaligned(change + _dataOffset, id);
        if (Libc.EpollControl(_epoll, first ? ControlAdd : ControlModify, descriptor, change) != 0)
        {
            throw UnixException.Last("epoll_ctl");
        }
    }

    /// <summary>Forgets a target. To be called before its descriptor is closed.</summary>
    public void Remove(ulong id, int descriptor)
    {
        lock (_targets)
        {
            _targets.Remove(id);
        }

        byte* none = stackalloc byte[16];
        _ = Libc.EpollControl(_epoll, ControlDelete, descriptor, none);
    }

    private void Run()
    {
        byte[] scratch = GC.AllocateUninitializedArray<byte>(ScratchSize);
        byte* events = stackalloc byte[Batch * 16];
        while (true)
        {
            int count = Libc.EpollWait(_epoll, events, Batch, -1);
            for (int i = 0; i < count; i++)
            {
                ulong id = Unsafe.ReadUnaligned<ulong>(events + (i * _stride) + _dataOffset);
                IPollTarget? target;
                lock (_targets)
                {
                    _targets.TryGetValue(id, out target);
                }

                try
                {
                    target?.OnReady(scratch);
                }
                catch (Exception e)
                {
                    // One process's trouble must not end the sandbox, which goes when its first process does.
                    Console.Error.WriteLine($"A descriptor could not be served: {e.Message}");
                }
            }

            if (count < 0 && Errno.Last != Errno.Interrupted)
            {
                throw UnixException.Last("epoll_wait");
            }
        }
    }
}
