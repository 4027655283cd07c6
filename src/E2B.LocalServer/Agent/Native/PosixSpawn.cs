using System.Runtime.InteropServices;
using System.Text;

namespace E2B.LocalServer.Agent.Native;

/// <summary>posix_spawn(3): starts a program without copying the agent's memory.</summary>
internal static unsafe partial class PosixSpawn
{
    private const string Library = "libc";
    private const short SetSignalMask = 0x08;
    private const short SetSignalDefaults = 0x04;
    private const short SetSession = 0x80;

    // More than the C library's own structures take on any processor (336, 80 and 128 bytes).
    private const int AttributesSize = 512;
    private const int ActionsSize = 256;
    private const int SignalSetSize = 128;

    /// <summary>Starts a program as the calling thread's user.</summary>
    /// <returns>0, or the error's number.</returns>
    public static int Start(SpawnPlan plan, string file, IReadOnlyList<string> arguments, out int pid)
    {
        byte* attributes = stackalloc byte[AttributesSize];
        byte* actions = stackalloc byte[ActionsSize];
        byte* signals = stackalloc byte[SignalSetSize];
        using var argv = new StringVector(arguments);
        using var environment = new StringVector(plan.Environment);
        byte* path = (byte*)Marshal.StringToCoTaskMemUTF8(file);
        byte* directory = (byte*)Marshal.StringToCoTaskMemUTF8(plan.Directory);
        byte* terminal = (byte*)Marshal.StringToCoTaskMemUTF8(plan.TerminalPath);
        _ = AttributesInit(attributes);
        _ = ActionsInit(actions);
        try
        {
            // .NET ignores SIGPIPE, and whoever started the agent may have ignored SIGINT: a program must inherit neither.
            _ = FillSignals(signals);
            _ = AttributesSetDefaults(attributes, signals);
            _ = EmptySignals(signals);
            _ = AttributesSetMask(attributes, signals);
            short flags = SetSignalDefaults | SetSignalMask;
            if (terminal != null)
            {
                // The first terminal that the leader of a new session opens becomes the controlling one.
                flags |= SetSession;
                _ = ActionsAddOpen(actions, 0, terminal, Libc.OpenReadWrite, 0);
                _ = ActionsAddDuplicate(actions, 0, 1);
                _ = ActionsAddDuplicate(actions, 0, 2);
            }
            else
            {
                if (plan.StandardInput < 0)
                {
                    fixed (byte* nothing = "/dev/null\0"u8)
                    {
                        _ = ActionsAddOpen(actions, 0, nothing, Libc.OpenReadOnly, 0);
                    }
                }
                else
                {
                    _ = ActionsAddDuplicate(actions, plan.StandardInput, 0);
                }

                _ = ActionsAddDuplicate(actions, plan.StandardOutput, 1);
                _ = ActionsAddDuplicate(actions, plan.StandardError, 2);
            }

            _ = AttributesSetFlags(attributes, flags);
            _ = ActionsAddDirectory(actions, directory);
            _ = ActionsAddCloseFrom(actions, 3);
            int child;
            int error = Spawn(&child, path, actions, attributes, argv.Pointer, environment.Pointer);
            pid = error == 0 ? child : 0;
            return error;
        }
        finally
        {
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
            Marshal.FreeCoTaskMem((nint)path);
            Marshal.FreeCoTaskMem((nint)directory);
            Marshal.FreeCoTaskMem((nint)terminal);
        }
    }

    [LibraryImport(Library, EntryPoint = "posix_spawn")]
    private static partial int Spawn(int* pid, byte* path, byte* actions, byte* attributes, byte** argv, byte** environment);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesSetFlags(byte* attributes, short flags);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesSetDefaults(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesSetMask(byte* attributes, byte* signals);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsAddDuplicate(byte* actions, int from, int to);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addopen")]
    private static partial int ActionsAddOpen(byte* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    private static partial int ActionsAddDirectory(byte* actions, byte* path);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_addclosefrom_np")]
    private static partial int ActionsAddCloseFrom(byte* actions, int first);

    [LibraryImport(Library, EntryPoint = "sigfillset")]
    private static partial int FillSignals(byte* signals);

    [LibraryImport(Library, EntryPoint = "sigemptyset")]
    private static partial int EmptySignals(byte* signals);

    /// <summary>Strings as the kernel wants them: an array of pointers that ends with a null.</summary>
    private sealed class StringVector : IDisposable
    {
        public StringVector(IReadOnlyList<string> strings)
        {
            int bytes = 0;
            foreach (string s in strings)
            {
                bytes += Encoding.UTF8.GetByteCount(s) + 1;
            }

            int pointers = (strings.Count + 1) * sizeof(byte*);
            Pointer = (byte**)NativeMemory.Alloc((nuint)(pointers + bytes));
            byte* next = (byte*)Pointer + pointers;
            for (int i = 0; i < strings.Count; i++)
            {
                Pointer[i] = next;
                next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)((byte*)Pointer + pointers + bytes - next)));
                *next++ = 0;
            }

            Pointer[strings.Count] = null;
        }

        public byte** Pointer { get; }

        public void Dispose() => NativeMemory.Free(Pointer);
    }
}
