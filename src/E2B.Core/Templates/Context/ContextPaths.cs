namespace E2B.Templates.Context;

/// <summary>How paths of a system become those of the context: relative, with slashes. Which system is told, so that each can be tested on any.</summary>
internal static class ContextPaths
{
    /// <summary>A source as it goes onto the wire: with slashes. On Windows a backslash separates; elsewhere it makes the next letter an ordinary one.</summary>
    public static string WithSlashes(string source, bool isWindows) => isWindows ? source.Replace('\\', '/') : source;

    /// <summary>
    /// Whether it is absolute, or relative to something other than the context: <c>/x</c>, <c>\\server\share</c>, <c>C:\x</c>, and on Windows
    /// <c>C:x</c>, which is relative to where that drive is. A drive and a separator are refused on every system: they are no name of anybody's folder.
    /// </summary>
    public static bool IsAbsolute(string source, bool isWindows)
    {
        bool hasDrive = source.Length >= 2 && source[1] == ':' && char.IsAsciiLetter(source[0]);
        return source.StartsWith('/')
            || (isWindows && source.StartsWith('\\'))
            || (hasDrive && (isWindows || (source.Length > 2 && source[2] is '/' or '\\')));
    }

    /// <summary>Whether a source leads out of the context at some point, also where it comes back.</summary>
    public static bool LeadsOut(string source, bool isWindows)
    {
        int depth = 0;
        foreach (string part in WithSlashes(source, isWindows).Split('/'))
        {
            depth += part switch { ".." => -1, "" or "." => 0, _ => 1 };
            if (depth < 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where a link leads, as it is written into an archive. What is absolute on Windows leads nowhere in a sandbox, and stays to be seen.</summary>
    public static string LinkTarget(string target, bool isWindows) => isWindows ? target.Replace('\\', '/') : target;

    /// <summary>Whether one real path is another or below it.</summary>
    /// <param name="path">The path, absolute.</param>
    /// <param name="directory">The directory, absolute.</param>
    /// <param name="isWindows">Whether Windows says which paths are the same.</param>
    public static bool IsWithin(string path, string directory, bool isWindows)
    {
        StringComparison comparison = isWindows ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (isWindows)
        {
            path = path.Replace('\\', '/');
            directory = directory.Replace('\\', '/');
        }

        directory = directory.TrimEnd('/');
        return path.StartsWith(directory, comparison) && (path.Length == directory.Length || path[directory.Length] == '/');
    }

    /// <summary>A path relative to the context, and a name in it.</summary>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : $"{directory}/{name}";
}
