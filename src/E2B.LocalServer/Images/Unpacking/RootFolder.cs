using System.Text;
using E2B.LocalServer.Agent.Files;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Native;
using Microsoft.Win32.SafeHandles;
using AgentLibc = E2B.LocalServer.Agent.Native.Libc;
using Errno = E2B.LocalServer.Agent.Native.Errno;
using Libc = E2B.LocalServer.Native.Libc;

namespace E2B.LocalServer.Images;

/// <summary>
/// A root file system that is being put together from what others made. Paths are relative, their characters are bytes
/// (Latin-1), as in <see cref="LayerEntry"/>.
/// </summary>
internal sealed unsafe class RootFolder(string folder) : IDisposable
{
    private const int PathOnly = ConfinedFolder.PathOnly;
    private const int NoFollowAt = 0x100;
    private const uint DirectoryMode = 0b111_101_101;

    private readonly ConfinedFolder _folder = new(folder, folder);

    /// <summary>What is at a path, a link itself and not what it leads to.</summary>
    /// <returns><see langword="null"/> when nothing is there.</returns>
    public FileStatus? Look(string path) => Status(path, AgentLibc.OpenNoFollow);

    /// <summary>What a path leads to, links followed.</summary>
    /// <returns><see langword="null"/> when nothing is there.</returns>
    public FileStatus? Follow(string path) => Status(path, 0);

    /// <summary>Makes a directory with those above it, all for root; one that is there is left as it is.</summary>
    public void MakeDirectories(string path)
    {
        var missing = new Stack<string>();
        for (string above = path; above.Length > 0 && Follow(above) is not { IsDirectory: true }; above = Parent(above))
        {
            missing.Push(above);
        }

        foreach (string directory in missing)
        {
            MakeDirectory(directory);
        }
    }

    /// <summary>Makes a directory in one that is there.</summary>
    public void MakeDirectory(string path)
    {
        using SafeFileHandle parent = OpenParent(path);
        fixed (byte* name = Zeroed(Name(path)))
        {
            if (Libc.MakeDirectoryAt(Number(parent), name, DirectoryMode) != 0)
            {
                throw UnixException.Last("mkdir", Text(path));
            }
        }
    }

    /// <summary>A new file to write to. Nothing must be there.</summary>
    public SafeFileHandle CreateFile(string path) =>
        Open(path, AgentLibc.OpenWriteOnly | AgentLibc.OpenCreate | ConfinedFolder.Exclusive | AgentLibc.OpenNoFollow, 0b110_000_000);

    /// <summary>Makes a link, which may lead anywhere: here nobody follows it but in this folder. Nothing must be there.</summary>
    public void MakeSymbolicLink(string path, string target, uint user, uint group)
    {
        using SafeFileHandle parent = OpenParent(path);
        fixed (byte* name = Zeroed(Name(path)))
        fixed (byte* where = Zeroed(target))
        {
            if (Libc.LinkSymbolicallyAt(where, Number(parent), name) != 0
                || Libc.ChangeOwnerAt(Number(parent), name, user, group, NoFollowAt) != 0)
            {
                throw UnixException.Last("symlink", Text(path));
            }
        }
    }

    /// <summary>Gives what is at a path a second name. Nothing must be there.</summary>
    public void MakeHardLink(string path, string existing)
    {
        using SafeFileHandle parent = OpenParent(path);
        using SafeFileHandle theirs = OpenParent(existing);
        fixed (byte* name = Zeroed(Name(path)))
        fixed (byte* there = Zeroed(Name(existing)))
        {
            if (Libc.LinkAt(Number(theirs), there, Number(parent), name, 0) != 0)
            {
                throw UnixException.Last("link", Text(path));
            }
        }
    }

    /// <summary>Removes what is at a path, with all below it. Nothing there is no error.</summary>
    public void Remove(string path, CancellationToken cancellationToken)
    {
        SafeFileHandle parent;
        try
        {
            parent = OpenParent(path);
        }
        catch (UnixException e) when (e.Number is Errno.NoEntry or Errno.NotDirectory)
        {
            return;
        }

        using (parent)
        {
            int error = TreeRemoval.Remove(Number(parent), Zeroed(Name(path)), cancellationToken);
            if (error != 0)
            {
                throw new UnixException("unlinkat", Text(path), error);
            }
        }
    }

    /// <summary>Sets owner and permissions of a directory.</summary>
    public void SetDirectory(string path, uint user, uint group, UnixFileMode mode)
    {
        using SafeFileHandle directory = Open(path, AgentLibc.OpenReadOnly | AgentLibc.OpenDirectory | AgentLibc.OpenNoFollow);
        SetOwner(directory, path, user, group);
        File.SetUnixFileMode(directory, mode);
    }

    public static void SetOwner(SafeFileHandle file, string path, uint user, uint group)
    {
        if (Libc.ChangeOwnerOf(Number(file), user, group) != 0)
        {
            throw UnixException.Last("chown", Text(path));
        }
    }

    /// <summary>Opens a file to read, links followed.</summary>
    /// <returns><see langword="null"/> where there is none.</returns>
    public SafeFileHandle? TryOpenRead(string path)
    {
        if (Follow(path) is not { IsRegular: true })
        {
            return null;
        }

        return Open(path, AgentLibc.OpenReadOnly | AgentLibc.OpenNonBlocking);
    }

    /// <summary>Opens a directory or file itself, to change its permissions.</summary>
    public SafeFileHandle OpenNoFollow(string path) =>
        Open(path, AgentLibc.OpenReadOnly | AgentLibc.OpenNonBlocking | AgentLibc.OpenNoFollow);

    /// <summary>The names in a directory.</summary>
    public IReadOnlyList<string> Names(string path)
    {
        using SafeFileHandle directory = Open(path, AgentLibc.OpenReadOnly | AgentLibc.OpenDirectory | AgentLibc.OpenNoFollow);
        return [.. ConfinedFolder.Names(directory, Text(path)).Select(static name => Encoding.Latin1.GetString(name.AsSpan(0, name.Length - 1)))];
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A path of bytes as text for people.</summary>
    public static string Text(string path) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(path));

    /// <summary>What is above a path; the root is empty.</summary>
    public static string Parent(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : string.Empty;

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private FileStatus? Status(string path, int flags)
    {
        try
        {
            using SafeFileHandle entry = Open(path, PathOnly | flags);
            int error = FileStatus.Get($"/proc/self/fd/{Number(entry)}", follow: true, out FileStatus status);
            return error == 0 ? status : throw new UnixException("stat", Text(path), error);
        }
        catch (UnixException e) when (e.Number is Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks)
        {
            return null;
        }
    }

    private SafeFileHandle OpenParent(string path) => Open(Parent(path), PathOnly | AgentLibc.OpenDirectory);

    private SafeFileHandle Open(string path, int flags, uint mode = 0) =>
        _folder.Open(Zeroed(path.Length == 0 ? "." : path), flags, Text(path), mode);

    private static byte[] Zeroed(string path) => Encoding.Latin1.GetBytes(path + '\0');

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
