using E2B.LocalServer.Native;

namespace E2B.LocalServer.Runtime;

/// <summary>Brings files to the host's disk, so that they are still there when the machine loses its power.</summary>
internal static class FileSystems
{
    private const int DirectoryCloseOnExec = 0x80000;

    /// <summary>Waits until everything written so far to the file system that a folder lies on has reached its disk.</summary>
    public static Task FlushAsync(string folder) => Task.Run(() => Flush(folder));

    /// <inheritdoc cref="FlushAsync"/>
    public static void Flush(string folder)
    {
        var fd = LinuxException.Check(Libc.Open(folder, DirectoryCloseOnExec), "open", folder);
        try
        {
            LinuxException.Check(Libc.SyncFileSystem(fd), "syncfs", folder);
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }
}
