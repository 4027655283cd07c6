using System.Text;

namespace E2B.LocalServer.Native;

/// <summary>
/// System calls younger than the C libraries we must run with. Their numbers are the same on every
/// architecture, since all calls from 424 on are numbered alike.
/// </summary>
internal static unsafe class NewSystemCalls
{
    public const int AtCurrentDirectory = -100;
    public const int AtEmptyPath = 0x1000;
    public const uint OpenTreeClone = 1;
    public const uint OpenTreeCloseOnExec = 0x80000;
    public const uint MoveMountFromEmptyPath = 4;
    public const uint MoveMountToEmptyPath = 0x40;

    public const ulong MountReadOnly = 0x1;
    public const ulong MountNoSuid = 0x2;
    public const ulong MountNoDevices = 0x4;
    public const ulong MountIdMapped = 0x100000;

    private const long PidFdSendSignalNumber = 424;
    private const long OpenTreeNumber = 428;
    private const long MoveMountNumber = 429;
    private const long PidFdOpenNumber = 434;
    private const long OpenInNumber = 437;
    private const long MountSetAttributeNumber = 442;

    /// <summary>A descriptor of the process, which keeps its meaning when the number is used again; negative on failure.</summary>
    public static int PidFdOpen(int pid) => (int)Libc.SystemCall(PidFdOpenNumber, pid, 0, 0, 0, 0);

    public static int PidFdSendSignal(int pidFd, int signal) =>
        (int)Libc.SystemCall(PidFdSendSignalNumber, pidFd, signal, 0, 0, 0);

    /// <summary>
    /// Opens a path below a directory as if that were "/": links and ".." lead nowhere else, and neither to another
    /// file system nor through /proc's magic links.
    /// </summary>
    /// <param name="directory">The directory's descriptor.</param>
    /// <param name="path">Ends with a zero.</param>
    /// <param name="flags">Those of open(2).</param>
    /// <param name="mode">Of a file that is made.</param>
    /// <param name="withoutLinks">No part of the path may be a link either.</param>
    /// <returns>A descriptor; negative on failure.</returns>
    public static int OpenIn(int directory, ReadOnlySpan<byte> path, int flags, uint mode, bool withoutLinks = false)
    {
        const ulong noLinks = 0x4;
        const ulong inRoot = 0x10;
        const ulong noMagicLinks = 0x2;
        const ulong noOtherFileSystem = 0x1;
        var how = new OpenHow { Flags = (uint)flags, Mode = mode, Resolve = inRoot | noMagicLinks | noOtherFileSystem | (withoutLinks ? noLinks : 0) };
        fixed (byte* pointer = path)
        {
            return (int)Libc.SystemCall(OpenInNumber, directory, (long)pointer, (long)&how, sizeof(OpenHow), 0);
        }
    }

    /// <summary>Clones the mount a path lies on into a detached mount whose root is that path.</summary>
    public static int OpenTree(string path)
    {
        fixed (byte* pointer = Terminated(path))
        {
            return (int)LinuxException.Check(
                Libc.SystemCall(OpenTreeNumber, AtCurrentDirectory, (long)pointer, OpenTreeClone | OpenTreeCloseOnExec, 0, 0),
                "open_tree", path);
        }
    }

    /// <summary>Sets attributes of a detached mount.</summary>
    public static void MountSetAttributes(int mountFd, ulong set, int userNamespaceFd, string subject)
    {
        byte empty = 0;
        var attributes = new MountAttributes { Set = set, UserNamespace = (ulong)Math.Max(0, userNamespaceFd) };
        LinuxException.Check(
            Libc.SystemCall(MountSetAttributeNumber, mountFd, (long)&empty, AtEmptyPath, (long)&attributes, sizeof(MountAttributes)),
            "mount_setattr", subject);
    }

    /// <summary>Attaches a detached mount to a path.</summary>
    public static void MoveMount(int mountFd, string target)
    {
        byte empty = 0;
        fixed (byte* pointer = Terminated(target))
        {
            LinuxException.Check(
                Libc.SystemCall(MoveMountNumber, mountFd, (long)&empty, AtCurrentDirectory, (long)pointer, MoveMountFromEmptyPath),
                "move_mount", target);
        }
    }

    /// <summary>Attaches a detached mount to an open folder.</summary>
    public static void MoveMount(int mountFd, int targetFd, string target)
    {
        byte empty = 0;
        LinuxException.Check(
            Libc.SystemCall(MoveMountNumber, mountFd, (long)&empty, targetFd, (long)&empty, MoveMountFromEmptyPath | MoveMountToEmptyPath),
            "move_mount", target);
    }

    private static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    private struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }
}
