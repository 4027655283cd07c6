namespace E2B.PowerShell.Session;

/// <summary>The folder that the CLI and this module keep their settings in, <c>~/.e2b</c>.</summary>
internal static class SettingsFolder
{
    private const UnixFileMode ForOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static string Path => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".e2b");

    public static string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes it, for its owner alone, if it is not there. One that is there is left as it is.</summary>
    public static void Create()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
        }
        else
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>What changes when a file does, to know whether to read it again.</summary>
    public static string StampOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? $"{info.FullName}:{info.LastWriteTimeUtc.Ticks}:{info.Length}" : string.Empty;
    }

    /// <summary>Whether others of this machine may read or write a file with keys; on Windows the profile folder's rights decide.</summary>
    public static bool IsOpenToOthers(string file) =>
        !OperatingSystem.IsWindows() && File.Exists(file) && (File.GetUnixFileMode(file) & ForOthers) != 0;

    public static string WarningAbout(string file) => $"Other users of this machine can read '{file}', which holds keys. Run: chmod 600 '{file}'";
}
