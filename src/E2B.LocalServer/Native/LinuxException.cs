using System.Runtime.InteropServices;

namespace E2B.LocalServer.Native;

/// <summary>A system call failed; the message names the call, what it was about and the system's reason.</summary>
internal sealed class LinuxException(string call, string subject, int errno)
    : IOException($"{call} {subject}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
{
    /// <summary>The error number of the failed call.</summary>
    public int Errno { get; } = errno;

    /// <summary>The exception for the call that has just failed on this thread.</summary>
    public static LinuxException Last(string call, string subject) =>
        new(call, subject, Marshal.GetLastPInvokeError());

    /// <summary>Throws when a call returned a negative value, otherwise hands the value on.</summary>
    public static int Check(int result, string call, string subject) =>
        result >= 0 ? result : throw Last(call, subject);

    /// <inheritdoc cref="Check(int, string, string)"/>
    public static long Check(long result, string call, string subject) =>
        result >= 0 ? result : throw Last(call, subject);
}
