using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>
/// A user namespace without processes, held by a descriptor, whose ids 0 to 65535 are a range of the host's.
/// Id-mapped mounts take their mapping from one; no sandbox ever runs in it.
/// </summary>
internal static class UserNamespace
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>Makes one with the help of a short-lived process, since a program with threads cannot do it itself.</summary>
    public static SafeFileHandle Create(uint firstHostId, uint count)
    {
        var (handle, theirs) = Descriptor.SocketPair();
        using var ours = new Socket(handle) { ReceiveTimeout = 10_000 };
        int pid;
        using (theirs)
        using (var nothing = Descriptor.NullDevice())
        {
            var fd = (int)theirs.DangerousGetHandle();
            pid = ChildProcess.Start(
                "/usr/bin/unshare", ["--user", "/bin/cat"], ["PATH=/usr/bin:/bin"], fd, fd, (int)nothing.DangerousGetHandle());
        }

        var ended = ProcessWatcher.Instance.WaitAsync(pid);
        try
        {
            // The echo says that the program has left our user namespace.
            ours.Send("x"u8);
            if (ours.Receive(new byte[1]) != 1)
            {
                throw new InvalidOperationException("unshare --user failed: this kernel or machine allows no user namespaces.");
            }

            // The last line is for overlays: they make their working files as the host's root, which therefore needs
            // an id on disk as well. It is one that no sandbox has.
            var map = string.Create(CultureInfo.InvariantCulture, $"0 {firstHostId} {count}\n{count} 0 1\n");
            File.WriteAllText($"/proc/{pid}/uid_map", map);
            File.WriteAllText($"/proc/{pid}/gid_map", map);
            var path = $"/proc/{pid}/ns/user";
            return new SafeFileHandle(LinuxException.Check(Libc.Open(path, ReadOnlyCloseOnExec), "open", path), ownsHandle: true);
        }
        finally
        {
            ProcessWatcher.KillProcess(pid);
            ended.Wait();
        }
    }
}
