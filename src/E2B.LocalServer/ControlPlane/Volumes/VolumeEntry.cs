using System.Runtime.InteropServices;
using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What clients are told of a file or directory in a volume.</summary>
internal sealed record VolumeEntry
{
    private const int EmptyPath = 0x1000;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;

    public required string Name { get; init; }

    /// <summary><c>file</c>, <c>directory</c>, <c>symlink</c> or <c>unknown</c>; of a link, what it leads to.</summary>
    public required string Type { get; init; }

    public required string Path { get; init; }

    public required long Size { get; init; }

    /// <summary>The permissions; of a link, those of what it leads to.</summary>
    public required uint Mode { get; init; }

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public required DateTime Atime { get; init; }

    public required DateTime Mtime { get; init; }

    public required DateTime Ctime { get; init; }

    /// <summary>Where a link leads, in the end; its own path when that is not there.</summary>
    public string? Target { get; init; }

    /// <summary>Looks at an open entry.</summary>
    public static unsafe VolumeEntry Of(int descriptor, string path)
    {
        byte* buffer = stackalloc byte[256];
        if (Libc.Statx(descriptor, string.Empty, EmptyPath | NoFollow, BasicStats, buffer) != 0)
        {
            throw UnixException.Last("stat", path);
        }

        var bytes = new ReadOnlySpan<byte>(buffer, 256);
        uint mode = MemoryMarshal.Read<ushort>(bytes[28..]);
        return new VolumeEntry
        {
            Name = SandboxPath.Name(path),
            Path = path,
            Type = (mode & 0xf000) switch
            {
                0x8000 => "file",
                0x4000 => "directory",
                0xa000 => "symlink",
                _ => "unknown",
            },
            Mode = mode & 0x1ff,
            Uid = MemoryMarshal.Read<uint>(bytes[20..]),
            Gid = MemoryMarshal.Read<uint>(bytes[24..]),
            Size = MemoryMarshal.Read<long>(bytes[40..]),
            Atime = Time(bytes[64..]),
            Ctime = Time(bytes[96..]),
            Mtime = Time(bytes[112..]),
        };
    }

    private static DateTime Time(ReadOnlySpan<byte> bytes)
    {
        // A sandbox can write any number there.
        long seconds = Math.Clamp(MemoryMarshal.Read<long>(bytes), -62_135_596_800, 253_402_300_799);
        return DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(MemoryMarshal.Read<uint>(bytes[8..]) / 100);
    }
}
