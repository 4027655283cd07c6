using System.Runtime.InteropServices;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>The C library's calls that tests make as the host.</summary>
internal static partial class Ipc
{
    public const int Create = 0x200;

    [LibraryImport("libc", EntryPoint = "shmget")]
    public static partial int SharedMemory(int key, nuint size, int flags);

    public static void RemoveSharedMemory(int id) => _ = ControlSharedMemory(id, 0, 0);

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    public static partial int NewWatcher(int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "shmctl")]
    private static partial int ControlSharedMemory(int id, int command, nint data);
}
