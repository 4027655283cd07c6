namespace E2B.LocalServer.Native;

/// <summary>The error numbers the runtime looks at; they are the same on x86-64 and arm64.</summary>
internal static class Errno
{
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int NoDevice = 6;
    public const int NoChild = 10;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int Invalid = 22;
}
