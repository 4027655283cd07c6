using System.Text;
using E2B.LocalServer.Agent.Files;
using E2B.LocalServer.Agent.Native;
using E2B.LocalServer.Native;
using Microsoft.Win32.SafeHandles;
using Errno = E2B.LocalServer.Agent.Native.Errno;
using Libc = E2B.LocalServer.Agent.Native.Libc;
using NativeLibc = E2B.LocalServer.Native.Libc;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// File work in a volume, by the server, which is root. Sandboxes put into a volume whatever they like, meanwhile too:
/// so what was found is used by its descriptor. Pipes and devices are never opened. Paths are clean (<see cref="SandboxPath.Clean"/>).
/// </summary>
internal sealed class VolumeFolder(string folder) : IDisposable
{
    private const int LongestPath = 4096;
    private const int PathOnly = ConfinedFolder.PathOnly;
    private const int MostEntries = 100_000;
    private const uint DirectoryMode = 0x1ff;
    private const uint Unchanged = uint.MaxValue;

    private readonly ConfinedFolder _folder = new(folder, "the volume");

    /// <summary>Looks at an entry. A link is not followed, but described by what it leads to.</summary>
    public VolumeEntry Stat(string path)
    {
        using SafeFileHandle entry = Open(path, PathOnly | Libc.OpenNoFollow);
        return Describe(entry, path);
    }

    /// <summary>What a directory holds, by name, each subdirectory followed by what it holds.</summary>
    public IReadOnlyList<VolumeEntry> List(string path, int depth)
    {
        var found = new List<VolumeEntry>();
        using SafeFileHandle directory = Open(path, Libc.OpenReadOnly | Libc.OpenDirectory);
        List(directory, path, depth, found);
        return found;
    }

    /// <summary>Makes a directory, with <paramref name="force"/> those above it too; then it may be there already.</summary>
    public VolumeEntry MakeDirectory(string path, uint user, uint group, uint mode, bool force)
    {
        if (force)
        {
            MakeParents(path, user, group);
        }

        if (!TryMake(path, user, group, mode, out int error))
        {
            if (error == Errno.Exists && force)
            {
                using SafeFileHandle there = Open(path, PathOnly);
                VolumeEntry entry = VolumeEntry.Of(Number(there), path);
                if (entry.Type == "directory")
                {
                    return entry;
                }
            }

            throw new UnixException("mkdir", path, error);
        }

        return Stat(path);
    }

    /// <summary>Opens a file to read.</summary>
    /// <exception cref="UnixException">There is none. What is no regular file is <see cref="Errno.Invalid"/>, a directory <see cref="Errno.IsDirectory"/>.</exception>
    public SafeFileHandle OpenRead(string path)
    {
        using (SafeFileHandle entry = Open(path, PathOnly))
        {
            DemandFile(entry, path);
        }

        // Not blocking: in the meantime it may have been replaced.
        SafeFileHandle file = Open(path, Libc.OpenReadOnly | Libc.OpenNonBlocking);
        return Demanded(file, path);
    }

    /// <summary>Opens a file to write from its beginning.</summary>
    /// <param name="path">Where.</param>
    /// <param name="user">The owner of directories that have to be made.</param>
    /// <param name="group">Their group.</param>
    /// <param name="mode">The file's permissions.</param>
    /// <param name="force">Replace what is there, and make the directories above it.</param>
    public SafeFileHandle OpenWrite(string path, uint user, uint group, uint mode, bool force)
    {
        if (!force)
        {
            return Open(path, Libc.OpenWriteOnly | Libc.OpenCreate | ConfinedFolder.Exclusive, mode);
        }

        MakeParents(path, user, group);
        SafeFileHandle file = Open(path, Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenNonBlocking, mode);
        Demanded(file, path);
        try
        {
            RandomAccess.SetLength(file, 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Sets owner and permissions of what was just written, and describes it.</summary>
    public static VolumeEntry Finish(SafeFileHandle file, string path, uint user, uint group, uint mode)
    {
        ChangeOwner(file, path, user, group);
        ChangeMode(file, path, mode);
        return VolumeEntry.Of(Number(file), path);
    }

    /// <summary>Changes owner and permissions, as far as they are given. Follows links.</summary>
    public VolumeEntry Update(string path, uint? user, uint? group, uint? mode)
    {
        using SafeFileHandle entry = Open(path, PathOnly);
        if (mode is { } permissions)
        {
            ChangeMode(entry, path, permissions);
        }

        if (user is not null || group is not null)
        {
            ChangeOwner(entry, path, user ?? Unchanged, group ?? Unchanged);
        }

        return VolumeEntry.Of(Number(entry), path);
    }

    /// <summary>Removes an entry with all below it.</summary>
    public void Remove(string path, CancellationToken cancellationToken)
    {
        using SafeFileHandle parent = OpenParent(path);
        Open(path, PathOnly | Libc.OpenNoFollow).Dispose();
        int error = TreeRemoval.Remove(Number(parent), Zeroed(SandboxPath.Name(path)), cancellationToken);
        if (error != 0)
        {
            throw new UnixException("unlinkat", path, error);
        }
    }

    public void Dispose() => _folder.Dispose();

    private VolumeEntry Describe(SafeFileHandle entry, string path)
    {
        VolumeEntry link = VolumeEntry.Of(Number(entry), path);
        if (link.Type != "symlink")
        {
            return link;
        }

        try
        {
            using SafeFileHandle there = Open(path, PathOnly);
            VolumeEntry target = VolumeEntry.Of(Number(there), path);
            return link with { Type = target.Type, Mode = target.Mode, Target = PathOf(there) ?? path };
        }
        catch (UnixException)
        {
            return link with { Type = "unknown", Mode = 0, Target = path };
        }
    }

    // The kernel's word for where something is: below the mount's root, which is the volume's own name for it.
    private string? PathOf(SafeFileHandle entry)
    {
        string? root = new FileInfo($"/proc/self/fd/{_folder.Root}").LinkTarget;
        string? full = new FileInfo($"/proc/self/fd/{Number(entry)}").LinkTarget;
        return root is null || full is null ? null
            : full == root ? "/"
            : full.StartsWith(root + "/", StringComparison.Ordinal) ? full[root.Length..]
            : null;
    }

    private void List(SafeFileHandle directory, string path, int depth, List<VolumeEntry> found)
    {
        foreach (byte[] name in ConfinedFolder.Names(directory, path))
        {
            string text = SandboxPath.Join(path, Encoding.UTF8.GetString(name.AsSpan(0, name.Length - 1)));
            int descriptor = NewSystemCalls.OpenIn(Number(directory), name, PathOnly | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
            if (descriptor < 0)
            {
                continue; // gone meanwhile
            }

            using var entry = new SafeFileHandle(descriptor, ownsHandle: true);
            VolumeEntry described = Describe(entry, text);
            if (found.Count == MostEntries)
            {
                throw ApiException.BadRequest($"there are more than {MostEntries} entries: list with less depth, or a directory further down");
            }

            found.Add(described);
            if (depth > 1 && described is { Type: "directory", Target: null })
            {
                int below = NewSystemCalls.OpenIn(descriptor, "."u8, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
                if (below >= 0)
                {
                    using var inner = new SafeFileHandle(below, ownsHandle: true);
                    List(inner, text, depth - 1, found);
                }
            }
        }
    }

    /// <summary>Makes the directories above something, those that are not there.</summary>
    private void MakeParents(string path, uint user, uint group)
    {
        var missing = new Stack<string>();
        for (string above = SandboxPath.Parent(path); above != "/"; above = SandboxPath.Parent(above))
        {
            try
            {
                Open(above, PathOnly | Libc.OpenDirectory).Dispose();
                break;
            }
            catch (UnixException e) when (e.Number == Errno.NoEntry)
            {
                missing.Push(above);
            }
        }

        foreach (string directory in missing)
        {
            if (!TryMake(directory, user, group, DirectoryMode, out int error) && error != Errno.Exists)
            {
                throw new UnixException("mkdir", directory, error);
            }
        }
    }

    private unsafe bool TryMake(string path, uint user, uint group, uint mode, out int error)
    {
        error = Errno.Exists;
        if (path == "/")
        {
            return false;
        }

        using SafeFileHandle parent = OpenParent(path);
        byte[] name = Zeroed(SandboxPath.Name(path));
        fixed (byte* start = name)
        {
            if (NativeLibc.MakeDirectoryAt(Number(parent), start, mode) != 0)
            {
                error = Errno.Last;
                return false;
            }
        }

        int made = NewSystemCalls.OpenIn(Number(parent), name, PathOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
        if (made >= 0)
        {
            using var directory = new SafeFileHandle(made, ownsHandle: true);
            Finish(directory, path, user, group, mode);
        }

        error = 0;
        return true;
    }

    private SafeFileHandle OpenParent(string path) => Open(SandboxPath.Parent(path), PathOnly | Libc.OpenDirectory);

    private SafeFileHandle Open(string path, int flags, uint mode = 0) =>
        _folder.Open(Zeroed(path), flags, path, (flags & Libc.OpenCreate) != 0 ? mode & DirectoryMode : 0);

    private static SafeFileHandle Demanded(SafeFileHandle file, string path)
    {
        try
        {
            DemandFile(file, path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void DemandFile(SafeFileHandle entry, string path)
    {
        string type = VolumeEntry.Of(Number(entry), path).Type;
        if (type != "file")
        {
            throw new UnixException("open", path, type == "directory" ? Errno.IsDirectory : Errno.Invalid);
        }
    }

    // By way of /proc, which works with descriptors that only name something.
    private static void ChangeMode(SafeFileHandle entry, string path, uint mode)
    {
        if (NativeLibc.ChangeMode($"/proc/self/fd/{Number(entry)}", mode & 0x1ff) != 0)
        {
            throw UnixException.Last("chmod", path);
        }
    }

    private static void ChangeOwner(SafeFileHandle entry, string path, uint user, uint group)
    {
        if (NativeLibc.ChangeOwnerFollowing($"/proc/self/fd/{Number(entry)}", user, group) != 0)
        {
            throw UnixException.Last("chown", path);
        }
    }

    private static byte[] Zeroed(string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path + '\0');
        return bytes.Length <= LongestPath
            ? bytes
            : throw ApiException.BadRequest($"the path is longer than {LongestPath - 1} bytes");
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
