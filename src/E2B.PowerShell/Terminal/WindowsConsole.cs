using System.Runtime.InteropServices;

namespace E2B.PowerShell.Terminal;

/// <summary>The console of Windows.</summary>
internal static unsafe partial class WindowsConsole
{
    public const int StandardInput = -10;
    public const int StandardOutput = -11;

    public const uint WindowInput = 0x0008;
    public const uint QuickEdit = 0x0040;
    public const uint ExtendedFlags = 0x0080;
    public const uint TerminalInput = 0x0200;

    public const uint ProcessedOutput = 0x0001;
    public const uint WrapAtEnd = 0x0002;
    public const uint TerminalOutput = 0x0004;
    public const uint NoAutomaticReturn = 0x0008;

    private const string Library = "kernel32.dll";

    /// <summary>Keys as sequences, none of them handled by the console; selecting with the mouse stays as it was.</summary>
    public static uint RawInput(uint before) => TerminalInput | WindowInput | (before & (QuickEdit | ExtendedFlags));

    public static uint RawOutput(uint before) => before | ProcessedOutput | WrapAtEnd | TerminalOutput | NoAutomaticReturn;

    [LibraryImport(Library, EntryPoint = "GetStdHandle", SetLastError = true)]
    public static partial nint GetHandle(int which);

    [LibraryImport(Library, EntryPoint = "GetConsoleMode", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetMode(nint handle, out uint mode);

    [LibraryImport(Library, EntryPoint = "SetConsoleMode", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetMode(nint handle, uint mode);

    [LibraryImport(Library, EntryPoint = "ReadConsoleInputW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadInput(nint handle, InputRecord* records, uint length, out uint read);

    [LibraryImport(Library, EntryPoint = "FlushConsoleInputBuffer", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DropInput(nint handle);

    [LibraryImport(Library, EntryPoint = "WriteConsoleW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Write(nint handle, char* text, uint length, out uint written, nint reserved);
}
