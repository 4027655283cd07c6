using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>Descriptors to hand to child processes, numbered high enough not to meet 0, 1, 2, 3.</summary>
internal static unsafe class Descriptor
{
    private const int Unix = 1;
    private const int StreamCloseOnExec = 0x80001;
    private const int ReadWriteCloseOnExec = 0x80002;
    private const int LongestSocketPath = 107;
    private const int Backlog = 512;

    public static SafeFileHandle NullDevice() => Open("/dev/null");

    /// <summary>Opens a file to read and write without the lock that .NET's own ways of opening take.</summary>
    public static SafeFileHandle Open(string path) =>
        Own(LinuxException.Check(Libc.Open(path, ReadWriteCloseOnExec), "open", path));

    /// <summary>
    /// A listening Unix socket. Not a <see cref="System.Net.Sockets.Socket"/>: that one, when closed, deletes the
    /// path and shuts the socket down for the process it was handed to as well.
    /// </summary>
    public static SafeFileHandle Listen(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        if (name.Length > LongestSocketPath)
        {
            throw new ArgumentException($"A Unix socket's path has at most {LongestSocketPath} bytes: {path}", nameof(path));
        }

        var address = stackalloc byte[110];
        new Span<byte>(address, 110).Clear();
        *(ushort*)address = Unix;
        name.CopyTo(new Span<byte>(address + 2, LongestSocketPath));

        var handle = Own(LinuxException.Check(Libc.Socket(Unix, StreamCloseOnExec, 0), "socket", path));
        try
        {
            var fd = (int)handle.DangerousGetHandle();
            LinuxException.Check(Libc.Bind(fd, address, (uint)(3 + name.Length)), "bind", path);
            LinuxException.Check(Libc.Listen(fd, Backlog), "listen", path);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Two connected stream sockets: the first for us, the second for a child.</summary>
    public static (SafeSocketHandle Ours, SafeFileHandle Theirs) SocketPair()
    {
        var fds = stackalloc int[2];
        LinuxException.Check(Libc.SocketPair(Unix, StreamCloseOnExec, 0, fds), "socketpair", "for a child process");
        return (new SafeSocketHandle(fds[0], ownsHandle: true), Own(fds[1]));
    }

    private static SafeFileHandle Own(int fd) => new(fd, ownsHandle: true);
}
