using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>Paths in a sandbox are POSIX paths; they never go through the local file system.</summary>
internal static class SandboxPath
{
    /// <summary>Refuses what can only be a Windows path, before a file of that very name appears in the sandbox.</summary>
    public static void Check(E2BCmdlet cmdlet, string path)
    {
        bool hasDrive = path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]);
        if (hasDrive || path.Contains('\\', StringComparison.Ordinal))
        {
            cmdlet.Refuse(
                "E2BWindowsPath",
                $"'{path}' is a Windows path. Paths in a sandbox are Linux paths, such as /home/user/data.csv, or relative to the user's home.",
                path);
        }
    }
}
