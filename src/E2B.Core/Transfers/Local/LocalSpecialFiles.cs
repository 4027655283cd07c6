using System.Formats.Tar;

namespace E2B.Transfers.Local;

/// <summary>What a file is, other than a directory or link.</summary>
internal enum LocalFileType
{
    File,
    Pipe,
    Socket,
    CharacterDevice,
    BlockDevice,
}

/// <summary>
/// Tells pipes, sockets and devices from files: to open one could wait for ever. .NET tells nobody but its tar writer, which looks before it opens.
/// </summary>
internal static class LocalSpecialFiles
{
    // COR_E_IO: .NET itself had something to say, and not the system.
    private const int OwnFailure = unchecked((int)0x80131620);

    /// <summary>What it is. All that is no file seems empty, so only what is empty has to be asked about.</summary>
    public static LocalFileType TypeOf(FileInfo file)
    {
        if (OperatingSystem.IsWindows() || file.Length > 0)
        {
            return LocalFileType.File;
        }

        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true);
            writer.WriteEntry(file.FullName, "x");
        }
        catch (IOException e) when (e.HResult == OwnFailure)
        {
            // It says of sockets that it does not know them.
            return LocalFileType.Socket;
        }
        catch (IOException)
        {
            // The system's failures have numbers of the system's. They are met again when the file is read.
            return LocalFileType.File;
        }
        catch (UnauthorizedAccessException)
        {
            return LocalFileType.File;
        }

        const int TypeOffset = 156;
        return archive.Length <= TypeOffset ? LocalFileType.File : (TarEntryType)archive.GetBuffer()[TypeOffset] switch
        {
            TarEntryType.Fifo => LocalFileType.Pipe,
            TarEntryType.CharacterDevice => LocalFileType.CharacterDevice,
            TarEntryType.BlockDevice => LocalFileType.BlockDevice,
            _ => LocalFileType.File,
        };
    }

    /// <summary>The permissions of a link itself, on Unix; <see cref="FileSystemInfo.UnixFileMode"/> says those of what it leads to.</summary>
    public static UnixFileMode ModeOf(FileInfo link)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(link.FullName, "x");
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()!.Mode;
    }
}
