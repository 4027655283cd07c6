using System.Runtime.InteropServices;

namespace E2B.PowerShell.Terminal;

/// <summary>The C library of Linux and macOS, as far as both agree: no call with a variable number of arguments, no layout of <c>struct termios</c>.</summary>
internal static unsafe partial class Libc
{
    public const int StandardInput = 0;
    public const int StandardOutput = 1;

    public const int Interrupted = 4;
    public const int TryAgainOnLinux = 11;
    public const int TryAgainOnMac = 35;

    public const int ApplyNow = 0;
    public const int ApplyAndDropInput = 2;

    public const short PollInput = 1;
    public const short PollOutput = 4;
    public const short PollError = 8;
    public const short PollHangUp = 16;
    public const short PollInvalid = 32;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetAttributes(int descriptor, byte* attributes);

    [LibraryImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetAttributes(int descriptor, int when, byte* attributes);

    [LibraryImport(Library, EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* attributes);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint length);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int PollOnLinux(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int PollOnMac(PollDescriptor* descriptors, uint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "select", SetLastError = true)]
    public static partial int Select(int descriptors, byte* readable, byte* writable, byte* failed, long* limit);

    public struct PollDescriptor
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
