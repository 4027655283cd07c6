using System.Formats.Tar;

namespace E2B.Transfers.Local;

/// <summary>Local entries as they are copied.</summary>
internal static class LocalEntries
{
    public static TransferEntry Directory(FileSystemInfo info, string path) => new(path, EntryKind.Directory)
    {
        SourcePath = info.FullName,
        Mode = OperatingSystem.IsWindows() ? TransferEntry.DefaultDirectoryMode : info.UnixFileMode,
        ModifiedTime = info.LastWriteTimeUtc,
    };

    /// <summary>A file or link.</summary>
    /// <returns><see langword="null"/> when it is something else.</returns>
    public static TransferEntry? Leaf(FileSystemInfo info, string path)
    {
        if (info.LinkTarget is { } target)
        {
            return new TransferEntry(path, EntryKind.Link)
            {
                SourcePath = info.FullName,
                LinkTarget = OperatingSystem.IsWindows() ? target.Replace('\\', '/') : target,
                Mode = (UnixFileMode)0b111_111_111,
                ModifiedTime = info.LastWriteTimeUtc,
            };
        }

        var file = (FileInfo)info;
        if (file.Length == 0 && IsSpecial(file.FullName))
        {
            return null;
        }

        return new TransferEntry(path, EntryKind.File)
        {
            SourcePath = file.FullName,
            Size = file.Length,
            Mode = OperatingSystem.IsWindows() ? TransferEntry.DefaultFileMode : file.UnixFileMode,
            ModifiedTime = file.LastWriteTimeUtc,
        };
    }

    /// <summary>
    /// Whether it is a pipe, socket or device: to open one could wait for ever. .NET tells nobody but its tar writer,
    /// which looks before it opens. All of these seem empty, so only what is empty has to be asked about.
    /// </summary>
    private static bool IsSpecial(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        using var archive = new MemoryStream();
        try
        {
            using var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true);
            writer.WriteEntry(path, "x");
        }
        catch (Exception e) when (e is IOException or NotSupportedException)
        {
            // It says of sockets that it does not know them; whatever else fails is found when the file is read.
            return e is NotSupportedException || File.GetAttributes(path).HasFlag(FileAttributes.Device) || e is not (FileNotFoundException or DirectoryNotFoundException) && e.InnerException is null && IsSocketError(e);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }

        const int TypeOffset = 156;
        return archive.Length > TypeOffset && archive.GetBuffer()[TypeOffset] is not ((byte)'0' or 0);
    }

    private static bool IsSocketError(Exception e) => e.Message.Contains("not supported", StringComparison.OrdinalIgnoreCase);
}
