using System.Runtime.InteropServices;
using System.Text;
using E2B.LocalServer.Agent.Native;

namespace E2B.LocalServer.Agent.Files;

/// <summary>
/// Removes an entry with all below it. Names are bytes here, since in a sandbox they need not be text, and directories are
/// entered by their descriptors, so that nobody can lead the removal elsewhere by putting a link in their place.
/// </summary>
internal static unsafe class TreeRemoval
{
    private const int CurrentDirectory = -100;
    private const int RemoveDirectory = 0x200;

    /// <summary>Removes it. What is not there is no error.</summary>
    /// <param name="path">The entry.</param>
    /// <param name="cancellationToken">Gives up; what is removed by then stays so. Somebody who makes files faster than they are removed could keep us forever.</param>
    /// <exception cref="UnixException">It could not be removed, or not all of it.</exception>
    public static void Remove(string path, CancellationToken cancellationToken = default)
    {
        if (path == "." || path.EndsWith("/.", StringComparison.Ordinal))
        {
            throw new UnixException("RemoveAll", path, Errno.Invalid);
        }

        byte[] name = Encoding.UTF8.GetBytes(path.Length > 1 ? path.TrimEnd('/') : path);
        int error = Remove(CurrentDirectory, [.. name, 0], cancellationToken);
        if (error != 0)
        {
            throw new UnixException("unlinkat", path, error);
        }
    }

    /// <summary>Removes an entry of an open directory.</summary>
    /// <param name="directory">The directory's descriptor.</param>
    /// <param name="name">The entry's name, with a final zero.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>0, or the error's number.</returns>
    public static int Remove(int directory, byte[] name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        fixed (byte* start = name)
        {
            if (Libc.UnlinkAt(directory, start, 0) == 0 || Errno.Last == Errno.NoEntry)
            {
                return 0;
            }

            // What Linux says of a directory; some file systems have other words.
            int error = Errno.Last;
            if (error is not (Errno.IsDirectory or Errno.NotPermitted))
            {
                return error;
            }

            int inner = Libc.OpenAt(directory, start, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
            if (inner < 0)
            {
                return Errno.Last == Errno.NoEntry ? 0 : error;
            }

            error = Empty(inner, cancellationToken);
            return Libc.UnlinkAt(directory, start, RemoveDirectory) == 0 || Errno.Last == Errno.NoEntry ? 0
                : error != 0 ? error
                : Errno.Last;
        }
    }

    /// <summary>Removes all that a directory holds, and closes it.</summary>
    /// <returns>0, or the number of the first error; what else could be removed is.</returns>
    private static int Empty(int directory, CancellationToken cancellationToken)
    {
        nint list = Libc.OpenList(directory);
        if (list == 0)
        {
            int problem = Errno.Last;
            _ = Libc.Close(directory);
            return problem;
        }

        try
        {
            int first = 0;
            while (true)
            {
                // Removing while a directory is read may hide entries: so it is read again until there are none.
                List<byte[]> names = Names(list);
                bool removed = false;
                foreach (byte[] name in names)
                {
                    int error = Remove(directory, name, cancellationToken);
                    removed |= error == 0;
                    first = first == 0 ? error : first;
                }

                if (!removed)
                {
                    return names.Count == 0 ? 0 : first;
                }

                first = 0;
                Libc.RewindList(list);
            }
        }
        finally
        {
            _ = Libc.CloseList(list);
        }
    }

    /// <summary>The next names of the directory, at most some thousands, each with its final zero.</summary>
    private static List<byte[]> Names(nint list)
    {
        const int NameOffset = 19;
        const int Most = 4096;
        var names = new List<byte[]>();
        byte* entry;
        while (names.Count < Most && (entry = Libc.NextInList(list)) != null)
        {
            ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entry + NameOffset);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add([.. name, 0]);
            }
        }

        return names;
    }
}
