using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>Copies files with holes, holes kept.</summary>
internal static partial class SparseFile
{
    private const uint CloneIoctl = 0x40049409;
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int BufferSize = 1 << 20;

    /// <summary>Copies by sharing the blocks where the file system can, else only the parts that hold data.</summary>
    public static void Copy(string source, string target)
    {
        using var from = File.OpenHandle(source);
        using var to = File.OpenHandle(target, FileMode.CreateNew, FileAccess.ReadWrite);
        var input = (int)from.DangerousGetHandle();
        if (Libc.Ioctl((int)to.DangerousGetHandle(), CloneIoctl, input) == 0)
        {
            return;
        }

        var length = RandomAccess.GetLength(from);
        RandomAccess.SetLength(to, length);
        var buffer = new byte[BufferSize];
        long position = 0;
        while (position < length)
        {
            var start = Seek(input, position, SeekData);
            if (start < 0)
            {
                break;
            }

            position = Seek(input, start, SeekHole);
            CopyRange(from, to, start, position, buffer);
        }
    }

    private static void CopyRange(SafeFileHandle from, SafeFileHandle to, long start, long end, byte[] buffer)
    {
        while (start < end)
        {
            var read = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - start)), start);
            if (read == 0)
            {
                return;
            }

            RandomAccess.Write(to, buffer.AsSpan(0, read), start);
            start += read;
        }
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(int fd, long offset, int whence);
}
