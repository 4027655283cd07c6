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
        if (LocalSpecialFiles.TypeOf(file) != LocalFileType.File)
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
}
