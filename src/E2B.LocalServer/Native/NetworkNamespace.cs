using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>
/// A network namespace, held by a descriptor. One that no process is in and no descriptor holds any more is
/// dismantled by the system, with every interface in it: nothing of it outlives a server that is killed.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const int NewNetwork = 0x4000_0000;
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const int StackSize = 256 * 1024;
    private readonly SafeFileHandle _handle;

    private NetworkNamespace(SafeFileHandle handle) => _handle = handle;

    /// <summary>A new namespace, whose loopback is still down.</summary>
    public static NetworkNamespace Create() => OnThread(static () =>
    {
        LinuxException.Check(Libc.Unshare(NewNetwork), "unshare", "CLONE_NEWNET");
        return Open("/proc/thread-self/ns/net");
    });

    /// <summary>The namespace this program was started in.</summary>
    public static NetworkNamespace OfThisProcess() => Open("/proc/self/ns/net");

    /// <summary>The namespace of a process.</summary>
    public static NetworkNamespace OfProcess(int pid) => Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net"));

    /// <summary>The namespace that a file stands for.</summary>
    public static NetworkNamespace Open(string path) =>
        new(new SafeFileHandle(LinuxException.Check(Libc.Open(path, ReadOnlyCloseOnExec), "open", path), ownsHandle: true));

    /// <summary>What the system calls it; of those that exist at one time, no two have the same.</summary>
    public string Name => new FileInfo(Path).LinkTarget!;

    /// <summary>A file that stands for it, for other programs too, as long as this object is not disposed of.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}");

    /// <summary>
    /// Does something short inside, on a thread of its own. Sockets made there belong to the namespace for good,
    /// wherever they are used, and so do programs started there.
    /// </summary>
    public T Run<T>(Func<T> action) => OnThread(() =>
    {
        var added = false;
        try
        {
            _handle.DangerousAddRef(ref added);
            LinuxException.Check(Libc.SetNamespace((int)_handle.DangerousGetHandle(), NewNetwork), "setns", "of a network");
        }
        finally
        {
            if (added)
            {
                _handle.DangerousRelease();
            }
        }

        return action();
    });

    public void Dispose() => _handle.Dispose();

    // A thread that ends takes its namespace with it: nothing has to be, or can fail to be, changed back.
    private static T OnThread<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = action();
                }
                catch (Exception e)
                {
                    failure = ExceptionDispatchInfo.Capture(e);
                }
            },
            StackSize)
        { IsBackground = true, Name = "network namespace" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }
}
