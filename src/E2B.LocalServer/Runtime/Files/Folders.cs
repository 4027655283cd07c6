using E2B.LocalServer.Agent.Files;

namespace E2B.LocalServer.Runtime;

/// <summary>Makes folders with exact modes: the server's umask would have its way with those set at creation.</summary>
internal static class Folders
{
    /// <summary>For everybody to look into.</summary>
    public const UnixFileMode Open = (UnixFileMode)0b111_101_101;

    /// <summary>For everybody to pass through.</summary>
    public const UnixFileMode Passable = (UnixFileMode)0b111_001_001;

    /// <summary>For the owner alone.</summary>
    public const UnixFileMode Closed = (UnixFileMode)0b111_000_000;

    /// <summary>For everybody to write to, each their own files.</summary>
    public const UnixFileMode Shared = (UnixFileMode)0b111_111_111 | UnixFileMode.StickyBit;

    public static void Make(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
    }

    /// <summary>Deletes a folder with all below it. Sandboxes and images have names in there that are no text, which .NET's own deletion does not find.</summary>
    public static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            TreeRemoval.Remove(path);
        }
    }
}
