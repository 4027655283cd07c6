using System.Runtime.InteropServices;

namespace E2B.LocalServer.Agent.Native;

/// <summary>The error numbers of Linux that the agent treats in a way of their own.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NotExecutable = 8;
    public const int NoChild = 10;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int NoData = 61;
    public const int TooManyLinks = 40;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    /// <summary>The number left by the P/Invoke just made.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>The C library's text in lower case, as the daemon's messages have it.</summary>
    public static string Text(int number)
    {
        string text = Marshal.GetPInvokeErrorMessage(number);
        return text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }
}
