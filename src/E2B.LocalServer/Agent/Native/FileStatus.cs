using System.Runtime.InteropServices;

namespace E2B.LocalServer.Agent.Native;

/// <summary>What statx(2) says of an entry. Unlike struct stat its layout is the same on every processor.</summary>
internal readonly record struct FileStatus(uint Mode, uint User, uint Group, long Size, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    private const uint KindMask = 0xf000;
    private const uint KindDirectory = 0x4000;
    private const uint KindRegular = 0x8000;
    private const uint KindLink = 0xa000;

    public uint Kind => Mode & KindMask;

    public bool IsDirectory => Kind == KindDirectory;

    public bool IsRegular => Kind == KindRegular;

    public bool IsLink => Kind == KindLink;

    public uint Permissions => Mode & 0x1ff;

    /// <summary>Looks at an entry.</summary>
    /// <returns>0, or the error's number.</returns>
    public static unsafe int Get(string path, bool follow, out FileStatus status)
    {
        byte* buffer = stackalloc byte[256];
        if (Libc.Statx(CurrentDirectory, path, follow ? 0 : NoFollow, BasicStats, buffer) != 0)
        {
            status = default;
            return Errno.Last;
        }

        var bytes = new ReadOnlySpan<byte>(buffer, 256);
        status = new FileStatus(
            MemoryMarshal.Read<ushort>(bytes[28..]),
            MemoryMarshal.Read<uint>(bytes[20..]),
            MemoryMarshal.Read<uint>(bytes[24..]),
            MemoryMarshal.Read<long>(bytes[40..]),
            MemoryMarshal.Read<long>(bytes[112..]),
            MemoryMarshal.Read<uint>(bytes[120..]));
        return 0;
    }
}
