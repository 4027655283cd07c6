namespace E2B.LocalServer.Agent.Native;

/// <summary>Calls on plain descriptors with their errors made exceptions.</summary>
internal static unsafe class Descriptors
{
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExecFlag = 1;
    private const int Duplicate = 1030;

    /// <summary>A pipe that no child inherits by accident.</summary>
    public static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        return Libc.Pipe2(ends, Libc.OpenCloseOnExec) == 0 ? (ends[0], ends[1]) : throw UnixException.Last("pipe2");
    }

    public static void SetNonBlocking(int descriptor)
    {
        int flags = Libc.Control(descriptor, GetFlags, 0);
        if (flags < 0 || Libc.Control(descriptor, SetFlags, flags | Libc.OpenNonBlocking) < 0)
        {
            throw UnixException.Last("fcntl");
        }
    }

    public static void SetCloseOnExec(int descriptor)
    {
        if (Libc.Control(descriptor, SetDescriptorFlags, CloseOnExecFlag) < 0)
        {
            throw UnixException.Last("fcntl");
        }
    }

    public static int DuplicateCloseOnExec(int descriptor)
    {
        int copy = Libc.Control(descriptor, Duplicate, 0);
        return copy >= 0 ? copy : throw UnixException.Last("fcntl");
    }

    /// <summary>Reads once.</summary>
    /// <returns>Bytes read, 0 at the end, or the error's number made negative.</returns>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.Read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Errno.Last;
                if (error != Errno.Interrupted)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Writes once.</summary>
    /// <returns>Bytes written, or the error's number made negative.</returns>
    public static int Write(int descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = Libc.Write(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Errno.Last;
                if (error != Errno.Interrupted)
                {
                    return -error;
                }
            }
        }
    }
}
