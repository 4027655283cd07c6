using System.Runtime.InteropServices;
using E2B.LocalServer.Agent.Native;
using Microsoft.Win32.SafeHandles;
using AgentErrno = E2B.LocalServer.Agent.Native.Errno;
using AgentLibc = E2B.LocalServer.Agent.Native.Libc;

namespace E2B.LocalServer.Native;

/// <summary>
/// A folder whose content others decide on, while the server, which is root, works in it. Every path is resolved by
/// the kernel as if the folder were "/": no link, no ".." and no mount leads out of it. Paths are bytes that end with a zero.
/// </summary>
internal sealed unsafe class ConfinedFolder : IDisposable
{
    /// <summary>Names an entry without opening it: a pipe or device is not touched.</summary>
    public const int PathOnly = 0x200000;

    /// <summary>Nothing may be there yet.</summary>
    public const int Exclusive = 0x80;

    private const int Attempts = 64;

    /// <param name="folder">The folder, by the server's own path.</param>
    /// <param name="name">What it is to people.</param>
    /// <exception cref="UnixException">It cannot be opened.</exception>
    public ConfinedFolder(string folder, string name)
    {
        Root = AgentLibc.Open(folder, PathOnly | AgentLibc.OpenDirectory | AgentLibc.OpenCloseOnExec, 0);
        if (Root < 0)
        {
            throw UnixException.Last("open", name);
        }
    }

    /// <summary>The folder's descriptor.</summary>
    public int Root { get; }

    /// <summary>Opens what is at a path.</summary>
    /// <param name="path">From the folder.</param>
    /// <param name="flags">Those of open(2). What is opened is never inherited.</param>
    /// <param name="name">The path as people read it.</param>
    /// <param name="mode">Of a file that is made.</param>
    /// <exception cref="UnixException">It is not there, or not to be opened so.</exception>
    public SafeFileHandle Open(ReadOnlySpan<byte> path, int flags, string name, uint mode = 0)
    {
        for (int attempt = 0; ; attempt++)
        {
            int descriptor = NewSystemCalls.OpenIn(Root, path, flags | AgentLibc.OpenCloseOnExec, mode);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            // Again: something, anywhere on the machine, was renamed while ".." was looked at.
            if (AgentErrno.Last is not (AgentErrno.Again or AgentErrno.Interrupted) || attempt >= Attempts)
            {
                throw UnixException.Last("open", name);
            }
        }
    }

    /// <summary>The names in a directory, in order, each with its final zero: they need not be text.</summary>
    /// <param name="directory">Opened to read.</param>
    /// <param name="name">Its path as people read it.</param>
    public static List<byte[]> Names(SafeFileHandle directory, string name)
    {
        const int nameOffset = 19;
        nint list = AgentLibc.OpenList(Descriptors.DuplicateCloseOnExec((int)directory.DangerousGetHandle()));
        if (list == 0)
        {
            throw UnixException.Last("readdir", name);
        }

        var names = new List<byte[]>();
        try
        {
            byte* entry;
            while ((entry = AgentLibc.NextInList(list)) != null)
            {
                ReadOnlySpan<byte> one = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + nameOffset);
                if (!one.SequenceEqual("."u8) && !one.SequenceEqual(".."u8))
                {
                    names.Add([.. one, 0]);
                }
            }
        }
        finally
        {
            _ = AgentLibc.CloseList(list);
        }

        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    public void Dispose() => _ = AgentLibc.Close(Root);
}
