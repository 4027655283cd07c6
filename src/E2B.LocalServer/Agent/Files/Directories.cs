using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent.Files;

/// <summary>Makes directories that belong to a user.</summary>
internal static class Directories
{
    private const uint Mode = 0b111_101_101;

    /// <summary>Makes the directory and its parents, as far as they are missing.</summary>
    /// <exception cref="IOException">It could not be made, or something else is in its place.</exception>
    public static void Ensure(string path, UserEntry user)
    {
        for (int slash = path.IndexOf('/', 1); ; slash = path.IndexOf('/', slash + 1))
        {
            string part = slash < 0 ? path : path[..slash];
            if (part.Length > 0 && part[^1] != '/')
            {
                EnsureOne(part, user);
            }

            if (slash < 0)
            {
                return;
            }
        }
    }

    private static void EnsureOne(string path, UserEntry user)
    {
        switch (FileStatus.Get(path, follow: true, out FileStatus status))
        {
            case 0 when status.IsDirectory:
                return;
            case 0:
                throw new IOException($"path is a file: {path}");
            case Errno.NoEntry:
                if (Libc.MakeDirectory(path, Mode) != 0 && Errno.Last != Errno.Exists)
                {
                    throw UnixException.Last("failed to create directory: mkdir", path);
                }

                // Even if somebody else made it just now: perhaps they have not come to this yet.
                if (Libc.ChangeOwner(path, user.Id, user.Group) != 0)
                {
                    throw UnixException.Last("failed to chown directory: chown", path);
                }

                return;
            case int error:
                throw new UnixException("failed to stat directory: stat", path, error);
        }
    }
}
