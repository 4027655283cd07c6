using System.Runtime.InteropServices;

namespace E2B.PowerShell.Terminal;

/// <summary>Waits until there is something to read from a terminal, or somebody else wants attention.</summary>
internal static unsafe class UnixInputWait
{
    private const int SetBytes = 128;

    /// <summary>Waits for one of two descriptors.</summary>
    /// <returns>Which of them have something, or are gone.</returns>
    public static (bool First, bool Second) For(int first, int second, TimeSpan timeout)
    {
        // poll does not know terminals on macOS; select does, and can only do with small numbers.
        return OperatingSystem.IsMacOS() ? Select(first, second, timeout) : Poll(first, second, timeout);
    }

    internal static (bool First, bool Second) Poll(int first, int second, TimeSpan timeout)
    {
        Libc.PollDescriptor* both = stackalloc Libc.PollDescriptor[2];
        both[0] = new Libc.PollDescriptor { Descriptor = first, Wanted = Libc.PollInput };
        both[1] = new Libc.PollDescriptor { Descriptor = second, Wanted = Libc.PollInput };
        int ready = Libc.PollOnLinux(both, 2, (int)timeout.TotalMilliseconds);
        return ready > 0 ? (both[0].Happened != 0, both[1].Happened != 0) : Failed(ready);
    }

    /// <summary>As the C library's macros lay a set out on 64-bit machines that count bytes from the low end.</summary>
    internal static (bool First, bool Second) Select(int first, int second, TimeSpan timeout)
    {
        if (first >= SetBytes * 8 || second >= SetBytes * 8)
        {
            throw new IOException("This process has too many files open to attach a terminal.");
        }

        byte* readable = stackalloc byte[SetBytes];
        new Span<byte>(readable, SetBytes).Clear();
        readable[first / 8] |= (byte)(1 << (first % 8));
        readable[second / 8] |= (byte)(1 << (second % 8));
        long* limit = stackalloc long[2];
        limit[0] = (long)timeout.TotalSeconds;
        limit[1] = timeout.Milliseconds * 1000L;
        int ready = Libc.Select(Math.Max(first, second) + 1, readable, null, null, limit);
        return ready > 0
            ? ((readable[first / 8] & (1 << (first % 8))) != 0, (readable[second / 8] & (1 << (second % 8))) != 0)
            : Failed(ready);
    }

    private static (bool First, bool Second) Failed(int ready) =>
        ready == 0 || Marshal.GetLastPInvokeError() == Libc.Interrupted
            ? (false, false)
            : throw new IOException("Waiting for keys failed: " + Marshal.GetLastPInvokeErrorMessage());
}
