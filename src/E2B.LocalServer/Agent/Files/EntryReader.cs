using System.Globalization;
using System.Runtime.InteropServices;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Connect;
using E2B.LocalServer.Agent.Native;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using Google.Protobuf.WellKnownTypes;

namespace E2B.LocalServer.Agent.Files;

/// <summary>Describes entries of the file system. One reader serves one call: it remembers the names of users.</summary>
internal sealed class EntryReader
{
    private Dictionary<uint, string>? _users;
    private Dictionary<uint, string>? _groups;

    /// <summary>Describes an entry; of a link, where it leads and what is there.</summary>
    /// <exception cref="RpcException">There is none.</exception>
    public EntryInfo Read(string path)
    {
        int error = FileStatus.Get(path, follow: false, out FileStatus status);
        if (error != 0)
        {
            string what = new UnixException("lstat", path, error).Message;
            throw error == Errno.NoEntry
                ? new RpcException(ConnectCode.NotFound, "file not found: " + what)
                : new RpcException(ConnectCode.Internal, "error getting file info: " + what);
        }

        var entry = new EntryInfo
        {
            Name = SandboxPaths.Name(path),
            Path = path,
            Type = TypeOf(status),
            Mode = status.Permissions,
            Permissions = Permissions(status.Mode),
            Size = status.Size,
            Owner = NameOf(status.User, _users ??= UserDatabase.UserNames()),
            Group = NameOf(status.Group, _groups ??= UserDatabase.GroupNames()),
            ModifiedTime = status is { ModifiedSeconds: 0, ModifiedNanoseconds: 0 }
                ? null
                : new Timestamp { Seconds = status.ModifiedSeconds, Nanos = (int)status.ModifiedNanoseconds },
        };
        if (status.IsLink)
        {
            string target = RealPath(path, out _) ?? path;
            entry.SymlinkTarget = target;
            bool found = FileStatus.Get(target, follow: true, out FileStatus there) == 0;
            entry.Type = found ? TypeOf(there) : FileType.Unspecified;
            entry.Mode = found ? there.Permissions : 0;
        }

        entry.Metadata.Add(FileMetadata.Read(path));
        return entry;
    }

    /// <summary>The path without any links.</summary>
    /// <returns><see langword="null"/> when there is no such thing, with the error's number.</returns>
    public static unsafe string? RealPath(string path, out int error)
    {
        byte* buffer = stackalloc byte[4096];
        byte* real = Libc.RealPath(path, buffer);
        error = real == null ? Errno.Last : 0;
        return real == null ? null : Marshal.PtrToStringUTF8((nint)real);
    }

    private static FileType TypeOf(FileStatus status) =>
        status.IsRegular ? FileType.File
        : status.IsDirectory ? FileType.Directory
        : status.IsLink ? FileType.Symlink
        : FileType.Unspecified;

    private static string NameOf(uint id, Dictionary<uint, string> names) =>
        names.GetValueOrDefault(id) ?? id.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// The mode as the daemon writes it. That is not quite ls(1)'s way: a link begins with L, a device with D,
    /// and what is special stands in front instead of in the place of an x.
    /// </summary>
    private static string Permissions(uint mode)
    {
        string kind = (mode & 0xf000) switch
        {
            0x4000 => "d",
            0xa000 => "L",
            0x6000 or 0x2000 => "D",
            0x1000 => "p",
            0xc000 => "S",
            _ => string.Empty,
        };
        kind += (mode & 0x800) != 0 ? "u" : string.Empty;
        kind += (mode & 0x400) != 0 ? "g" : string.Empty;
        kind += (mode & 0xf000) == 0x2000 ? "c" : string.Empty;
        kind += (mode & 0x200) != 0 ? "t" : string.Empty;
        return (kind.Length == 0 ? "-" : kind) + string.Create(9, mode, static (text, bits) =>
        {
            for (int i = 0; i < 9; i++)
            {
                text[i] = (bits & (0x100u >> i)) != 0 ? "rwx"[i % 3] : '-';
            }
        });
    }
}
