using System.Runtime.InteropServices;

namespace E2B.LocalServer.Agent.Native;

/// <summary>Pseudo-terminals.</summary>
internal static unsafe class Terminal
{
    private const nuint SetSize = 0x5414;

    /// <summary>Makes one that belongs to the user.</summary>
    /// <returns>The descriptor of its master, and the path by which a program opens the other side.</returns>
    public static (int Master, string Path) Open(uint user)
    {
        int master = Libc.OpenTerminal(Libc.OpenReadWrite | Libc.OpenNoControllingTerminal | Libc.OpenCloseOnExec);
        if (master < 0)
        {
            throw UnixException.Last("posix_openpt");
        }

        try
        {
            byte* name = stackalloc byte[128];
            if (Libc.UnlockTerminal(master) != 0)
            {
                throw UnixException.Last("unlockpt");
            }

            int error = Libc.TerminalName(master, name, 128);
            if (error != 0)
            {
                throw new UnixException("ptsname_r", null, error);
            }

            string path = Marshal.PtrToStringUTF8((nint)name)!;

            // The program opens it by its path and as its user; the group stays the one that the mount gives.
            return Libc.ChangeOwner(path, user, uint.MaxValue) == 0 ? (master, path) : throw UnixException.Last("chown", path);
        }
        catch
        {
            _ = Libc.Close(master);
            throw;
        }
    }

    public static void Resize(int master, uint columns, uint rows)
    {
        ushort* size = stackalloc ushort[4];
        size[0] = (ushort)rows;
        size[1] = (ushort)columns;
        size[2] = 0;
        size[3] = 0;
        if (Libc.DeviceControl(master, SetSize, size) != 0)
        {
            throw UnixException.Last("ioctl");
        }
    }
}
