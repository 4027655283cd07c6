using System.Text;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>Mounting and unmounting, as the runtime needs it.</summary>
internal static class Mounts
{
    public const uint NoSuid = 0x2;
    public const uint NoDevices = 0x4;
    public const uint NoAccessTimes = 0x400;
    private const uint Recursive = 0x4000;
    private const uint Private = 1 << 18;
    private const uint Slave = 1 << 19;
    private const int Detach = 2;
    private const int NoFollow = 8;

    /// <summary>Names something without opening it; not handed to children.</summary>
    private const int PathOnly = 0x280000;

    public static void Mount(string source, string target, string type, uint flags, string? data) =>
        LinuxException.Check(Libc.Mount(source, target, type, flags, data), "mount", $"{type} at {target}");

    /// <summary>What is mounted below from now on is seen in no other mount namespace.</summary>
    public static void MakePrivate(string target) =>
        LinuxException.Check(Libc.Mount(null, target, null, Private, null), "mount --make-private", target);

    /// <summary>
    /// The host's later mounts and unmounts still come through, ours never go out. Fully private copies
    /// would keep a disk busy that the host has unmounted.
    /// </summary>
    public static void MakeSlaveRecursively(string target) =>
        LinuxException.Check(Libc.Mount(null, target, null, Slave | Recursive, null), "mount --make-rslave", target);

    /// <summary>
    /// Attaches at <paramref name="target"/> a clone of the mount that <paramref name="source"/> lies on, in which
    /// the owners found on disk are shifted into the id range of <paramref name="userNamespaceFd"/>.
    /// </summary>
    public static void AttachIdMapped(string source, string target, int userNamespaceFd, bool readOnly) =>
        AttachIdMapped(source, userNamespaceFd, readOnly, tree => NewSystemCalls.MoveMount(tree, target));

    /// <summary>
    /// The same at a folder of a root that sandboxes have written to: what of its path is a link is refused, since it
    /// could lead anywhere on the machine.
    /// </summary>
    public static void AttachIdMapped(string source, string root, string folder, int userNamespaceFd)
    {
        using var rootHandle = Open(root);
        var target = Path.Combine(root, folder);
        var fd = NewSystemCalls.OpenIn((int)rootHandle.DangerousGetHandle(), Encoding.UTF8.GetBytes(folder + '\0'), PathOnly, 0, withoutLinks: true);
        using var handle = new SafeFileHandle(LinuxException.Check(fd, "open", target), ownsHandle: true);
        AttachIdMapped(source, userNamespaceFd, readOnly: true, tree => NewSystemCalls.MoveMount(tree, fd, target));
    }

    private static SafeFileHandle Open(string folder) => new(LinuxException.Check(Libc.Open(folder, PathOnly), "open", folder), ownsHandle: true);

    private static void AttachIdMapped(string source, int userNamespaceFd, bool readOnly, Action<int> move)
    {
        var tree = NewSystemCalls.OpenTree(source);
        try
        {
            var attributes = NewSystemCalls.MountIdMapped | NewSystemCalls.MountNoSuid | NewSystemCalls.MountNoDevices;
            if (readOnly)
            {
                attributes |= NewSystemCalls.MountReadOnly;
            }

            NewSystemCalls.MountSetAttributes(tree, attributes, userNamespaceFd, source);
            move(tree);
        }
        finally
        {
            _ = Libc.Close(tree);
        }
    }

    /// <summary>Takes a mount and all below it out of the tree. Nothing mounted there is no error.</summary>
    public static void Unmount(string target)
    {
        if (Libc.Unmount(target, Detach | NoFollow) < 0)
        {
            var error = LinuxException.Last("umount", target);
            if (error.Errno is not (Errno.Invalid or Errno.NoEntry))
            {
                throw error;
            }
        }
    }

    /// <summary>The mount points of this process at or below a folder, the latest mounted first.</summary>
    public static IReadOnlyList<string> Below(string folder)
    {
        var found = new List<string>();
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var point = line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal);
            if (point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))
            {
                found.Add(point);
            }
        }

        found.Reverse();
        return found;
    }
}
