using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Native;

/// <summary>
/// A loop device over an image file that frees itself with its last user: keep this open until the file
/// system is mounted, then dispose it; the device goes when the file system is unmounted, whoever does that.
/// </summary>
internal sealed unsafe class LoopDevice : IDisposable
{
    private const uint GetFree = 0x4C82;
    private const uint Configure = 0x4C0A;
    private const uint ClearFd = 0x4C01;
    private const uint AutoClear = 4;
    private const int ReadWriteCloseOnExec = 0x80002;
    private const uint BlockDevice = 0x6000;
    private const int LoopMajor = 7;
    private const int Attempts = 64;

    private readonly int _fd;

    private LoopDevice(string path, int fd)
    {
        Path = path;
        _fd = fd;
    }

    /// <summary>The device node, such as /dev/loop3.</summary>
    public string Path { get; }

    public static LoopDevice Attach(string image)
    {
        using var control = Descriptor.Open("/dev/loop-control");
        using var backing = Descriptor.Open(image);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var number = LinuxException.Check(Libc.Ioctl(Number(control), GetFree, 0), "ioctl LOOP_CTL_GET_FREE", "/dev/loop-control");
            var path = $"/dev/loop{number}";
            var fd = Libc.Open(path, ReadWriteCloseOnExec);
            if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.NoEntry)
            {
                // In a container /dev is not always the kernel's own, and then nobody makes the node.
                _ = Libc.MakeNode(path, BlockDevice | 0x180, ((ulong)LoopMajor << 8) | (uint)number);
                fd = Libc.Open(path, ReadWriteCloseOnExec);
            }

            if (fd < 0)
            {
                var error = LinuxException.Last("open", path);
                if (error.Errno is Errno.NoDevice or Errno.Busy)
                {
                    continue;
                }

                throw error;
            }

            if (TryConfigure(fd, Number(backing), image))
            {
                return new LoopDevice(path, fd);
            }

            // Somebody else was quicker with this device.
            _ = Libc.Close(fd);
        }

        throw new IOException($"No free loop device for {image}.");
    }

    /// <summary>Detaches devices whose image lies below a folder, as a crashed process leaves them.</summary>
    public static void DetachBelow(string folder)
    {
        foreach (var (device, _) in Attached(folder))
        {
            var fd = Libc.Open(device, ReadWriteCloseOnExec);
            if (fd >= 0)
            {
                _ = Libc.Ioctl(fd, ClearFd, 0);
                _ = Libc.Close(fd);
            }
        }
    }

    /// <summary>The loop devices whose image lies (or lay, when deleted) below a folder.</summary>
    public static IReadOnlyList<(string Device, string Image)> Attached(string folder)
    {
        var found = new List<(string, string)>();
        foreach (var entry in Directory.EnumerateDirectories("/sys/block", "loop*"))
        {
            try
            {
                var image = File.ReadAllText(entry + "/loop/backing_file").TrimEnd('\n');
                if (image.StartsWith(folder + "/", StringComparison.Ordinal))
                {
                    found.Add(("/dev/" + System.IO.Path.GetFileName(entry), image));
                }
            }
            catch (IOException)
            {
                // Not in use, or freed while we looked.
            }
        }

        return found;
    }

    public void Dispose() => _ = Libc.Close(_fd);

    private static bool TryConfigure(int fd, int backing, string image)
    {
        var config = new LoopConfig { Fd = (uint)backing, Flags = AutoClear };
        var name = Encoding.UTF8.GetBytes(image);
        for (var i = 0; i < Math.Min(name.Length, 63); i++)
        {
            config.FileName[i] = name[i];
        }

        if (Libc.Ioctl(fd, Configure, (nint)(&config)) == 0)
        {
            return true;
        }

        var error = LinuxException.Last("ioctl LOOP_CONFIGURE", image);
        return error.Errno == Errno.Busy ? false : throw error;
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    [StructLayout(LayoutKind.Sequential)]
    private struct LoopConfig
    {
        public uint Fd;
        public uint BlockSize;
        public ulong Device;
        public ulong Inode;
        public ulong RealDevice;
        public ulong Offset;
        public ulong SizeLimit;
        public uint Number;
        public uint EncryptType;
        public uint EncryptKeySize;
        public uint Flags;
        public fixed byte FileName[64];
        public fixed byte CryptName[64];
        public fixed byte EncryptKey[32];
        public fixed ulong Init[2];
        public fixed ulong Reserved[8];
    }
}
