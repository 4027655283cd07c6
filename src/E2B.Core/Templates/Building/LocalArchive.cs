namespace E2B.Templates.Building;

/// <summary>A temporary file that only its owner can read, and that is gone once it is closed, however the program ends.</summary>
internal static class LocalArchive
{
    public static FileStream Create()
    {
        string path = Path.Combine(Path.GetTempPath(), "e2b-" + Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.Asynchronous };
        if (OperatingSystem.IsWindows())
        {
            options.Options |= FileOptions.DeleteOnClose;
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        File.Delete(path);
        return file;
    }
}
