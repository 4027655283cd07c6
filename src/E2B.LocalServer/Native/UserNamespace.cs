using System.Globalization;
using System.Net.Sockets;
using E2B.LocalServer.Runtime;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>A user namespace without processes, held by a descriptor, whose ids 0 to 65535 are a range of the host's.</summary>
internal static class UserNamespace
{
    private const int ReadOnlyCloseOnExec = 0x80000;

    /// <summary>
    /// For id-mapped mounts to take their mapping from; no sandbox ever runs in it. It has one id more, the host's
    /// root: overlays make their working files as that, which therefore needs an id on disk as well, one that no
    /// sandbox has.
    /// </summary>
    public static SafeFileHandle ForMounts(uint firstHostId, uint count) =>
        Create([], string.Create(CultureInfo.InvariantCulture, $"0 {firstHostId} {count}\n{count} 0 1\n"));

    /// <summary>
    /// For a sandbox to run in. It belongs to the range's first id: what the kernel counts per user (inotify
    /// instances and watches, message queues, locked memory) it counts for the namespace's owner too. Were that the
    /// host's root, one sandbox could use up what all others, and the host's root, may have.
    /// </summary>
    public static SafeFileHandle ForProcesses(uint firstHostId, uint count)
    {
        // With the one right it takes: not every machine lets ordinary users make user namespaces.
        var id = firstHostId.ToString(CultureInfo.InvariantCulture);
        return Create(
            [HostPrograms.Find("setpriv"), "--reuid", id, "--regid", id, "--clear-groups", "--inh-caps", "+sys_admin", "--ambient-caps", "+sys_admin"],
            string.Create(CultureInfo.InvariantCulture, $"0 {firstHostId} {count}\n"));
    }

    /// <summary>Makes one with the help of a short-lived process, since a program with threads cannot do it itself.</summary>
    private static SafeFileHandle Create(string[] runAs, string map)
    {
        string[] command = [.. runAs, HostPrograms.Find("unshare"), "--user", "/bin/cat"];
        var (handle, theirs) = Descriptor.SocketPair();
        using var ours = new Socket(handle) { ReceiveTimeout = 10_000 };
        int pid;
        using (theirs)
        using (var nothing = Descriptor.NullDevice())
        {
            var fd = (int)theirs.DangerousGetHandle();
            pid = ChildProcess.Start(
                command[0], command[1..], ["PATH=/usr/bin:/bin"], fd, fd, (int)nothing.DangerousGetHandle());
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
