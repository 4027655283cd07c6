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

    /// <summary>A name in a directory.</summary>
    public static string Join(string directory, string name) => directory.EndsWith('/') ? directory + name : $"{directory}/{name}";

    /// <summary>The last part of a path; empty for the root.</summary>
    public static string NameOf(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>The directory that holds an entry; <c>.</c> where a relative path names none.</summary>
    public static string ParentOf(string path)
    {
        string trimmed = path.TrimEnd('/');
        int slash = trimmed.LastIndexOf('/');
        return slash < 0 ? "." : slash == 0 ? "/" : trimmed[..slash];
    }

    /// <summary>An absolute path without <c>.</c>, <c>..</c> and doubled slashes. Links are not looked at.</summary>
    public static string Clean(string absolute)
    {
        var parts = new List<string>();
        foreach (string part in absolute.Split('/'))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
