using System.Management.Automation;

namespace E2B.PowerShell.Templates;

/// <summary>What a script names as the source of a copy, relative to the context directory as the definition wants it.</summary>
internal static class CopiedPath
{
    /// <summary>
    /// The path. A file object, or an absolute path, of something in the context directory becomes relative; anything else stays and is judged later.
    /// What an object is called is never a pattern.
    /// </summary>
    public static string Of(object? source, string contextDirectory)
    {
        object? value = source is PSObject wrapped ? wrapped.BaseObject : source;
        string path = value is FileSystemInfo info ? info.FullName : LanguagePrimitives.ConvertTo<string>(value);
        if (!Path.IsPathFullyQualified(path))
        {
            return path;
        }

        string relative = Path.GetRelativePath(contextDirectory, path);
        bool isOutside = Path.IsPathRooted(relative) || relative == ".." || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        string inside = value is FileSystemInfo ? Escaped(relative, OperatingSystem.IsWindows()) : relative;
        return isOutside ? path : OperatingSystem.IsWindows() ? inside.Replace('\\', '/') : inside;
    }

    /// <summary>A name as a pattern that means it alone. On Windows, whose names have no stars, a backslash is no escape: there brackets stand for themselves in brackets.</summary>
    internal static string Escaped(string name, bool isWindows) => !name.Any("*?[]{}\\(".Contains)
        ? name
        : isWindows
            ? name.Replace("[", "[[]", StringComparison.Ordinal).Replace("(", "[(]", StringComparison.Ordinal).Replace("{", "[{]", StringComparison.Ordinal)
            : string.Concat(name.Select(static letter => "*?[]{}\\()".Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : letter.ToString()));
}
