namespace E2B.PowerShell.Drive;

/// <summary>
/// The grammar of the paths that PowerShell's engine hands over: put together, taken apart, compared. Nothing here asks
/// the sandbox. The engine uses the separator of the machine it runs on, in paths of every drive, and people type
/// either one; so both are understood everywhere, and what goes back to the engine has the machine's.
/// </summary>
internal static class DrivePaths
{
    private static readonly char[] _separators = ['/', '\\'];

    /// <summary>The parts of a path, without empty ones.</summary>
    public static string[] Split(string path) => path.Split(_separators, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path in the machine's way of writing.</summary>
    public static string Write(string path, char separator) => path.Replace(separator == '/' ? '\\' : '/', separator);

    /// <summary>A path below another one. With an empty child the parent ends with a separator, as the engine expects it.</summary>
    public static string Make(string? parent, string? child, char separator)
    {
        string upper = Write(parent ?? string.Empty, separator);
        string lower = Write(child ?? string.Empty, separator);
        if (upper.Length == 0)
        {
            return lower;
        }

        if (lower.StartsWith(separator))
        {
            lower = lower[1..];
        }

        return upper.EndsWith(separator) ? upper + lower : upper + separator + lower;
    }

    /// <summary>A path below a root without <c>.</c> and <c>..</c>: as in Linux, above the root there is the root.</summary>
    public static string Clamp(string path, char separator)
    {
        string[] parts = Split(path);
        if (!parts.Any(static part => part is "." or ".."))
        {
            return path;
        }

        string clean = string.Join(separator, Resolve(parts, floor: 0));
        return path.EndsWith('/') || path.EndsWith('\\') ? clean + separator : clean;
    }

    /// <summary>What holds an entry; empty for a drive's root and for a single name.</summary>
    public static string Parent(string path, string? root, char separator)
    {
        string trimmed = Write(path, separator).TrimEnd(separator);
        int last = trimmed.LastIndexOf(separator);
        return last < 0 || trimmed == Write(root ?? string.Empty, separator).TrimEnd(separator) ? string.Empty : trimmed[..Math.Max(last, 1)];
    }

    /// <summary>The last part of a path.</summary>
    public static string Child(string path, char separator)
    {
        string trimmed = Write(path, separator).TrimEnd(separator);
        return trimmed[(trimmed.LastIndexOf(separator) + 1)..];
    }

    /// <summary>
    /// The way from a directory to a path, over parents where it needs to. The directory itself is <c>../name</c>, as
    /// PowerShell has it. Without a directory, the path without <c>.</c> and <c>..</c>.
    /// </summary>
    public static string Relative(string path, string? directory, char separator)
    {
        List<string> target = Resolve(Split(path), floor: 1);
        List<string> from = Resolve(Split(directory ?? string.Empty), floor: 1);
        int common = 0;
        while (common < target.Count && common < from.Count && target[common] == from[common])
        {
            common++;
        }

        bool isItself = common == target.Count && common == from.Count;
        if (isItself && common > 1 && !path.EndsWith('/') && !path.EndsWith('\\'))
        {
            common--;
        }

        return string.Join(separator, Enumerable.Repeat("..", from.Count - common).Concat(target.Skip(common)));
    }

    /// <summary>Takes <c>.</c> and <c>..</c> out; the first parts stay.</summary>
    private static List<string> Resolve(string[] parts, int floor)
    {
        var resolved = new List<string>(parts.Length);
        foreach (string part in parts)
        {
            if (part == ".." && resolved.Count > floor)
            {
                resolved.RemoveAt(resolved.Count - 1);
            }
            else if (part is not ("." or ".."))
            {
                resolved.Add(part);
            }
        }

        return resolved;
    }
}
