using Microsoft.Win32.SafeHandles;

namespace E2B.Transfers.Local;

/// <summary>Modes and times of local files; on Windows there are times alone.</summary>
internal static class LocalAttributes
{
    /// <summary>A time as the local file system is told it.</summary>
    public static DateTime Rounded(DateTimeOffset time) => time.UtcDateTime;

    public static void Set(SafeFileHandle file, TransferEntry entry)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, entry.Mode);
        }

        File.SetLastWriteTimeUtc(file, Rounded(entry.ModifiedTime));
    }

    public static void SetDirectory(string path, TransferEntry entry)
    {
        Directory.SetLastWriteTimeUtc(path, Rounded(entry.ModifiedTime));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, entry.Mode);
        }
    }
}
