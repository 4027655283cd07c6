using System.Buffers;

namespace E2B.Transfers;

/// <summary>Which relative paths can be written without leaving the destination, on which system.</summary>
internal static class EntryNames
{
    private static readonly SearchValues<char> _windowsForbidden = SearchValues.Create(@"\:*?""<>|");

    private static readonly string[] _windowsDevices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>Why a path cannot be written on Linux or macOS; <see langword="null"/> when it can. The empty path is the destination itself.</summary>
    public static string? WhyNotPosix(string path) => path.Length == 0 ? null : WhyNot(path, static _ => null);

    /// <summary>Why a path cannot be written on Windows; <see langword="null"/> when it can.</summary>
    public static string? WhyNotWindows(string path) => path.Length == 0 ? null : WhyNot(path, WhyNotWindowsName);

    private static string? WhyNot(string path, Func<string, string?> whyNotName)
    {
        if (path[0] == '/')
        {
            return "its name is an absolute path.";
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return "its name holds a zero character.";
        }

        foreach (string name in path.Split('/'))
        {
            string? why = name switch
            {
                "" => "a part of its name is empty.",
                "." or ".." => $"its name holds '{name}', which leads elsewhere.",
                _ => whyNotName(name),
            };
            if (why is not null)
            {
                return why;
            }
        }

        return null;
    }

    private static string? WhyNotWindowsName(string name)
    {
        if (name.AsSpan().IndexOfAny(_windowsForbidden) is var at and >= 0)
        {
            return $"Windows cannot have '{name[at]}' in a name.";
        }

        if (name.AsSpan().IndexOfAnyInRange('\u0001', '\u001f') >= 0)
        {
            return "Windows cannot have control characters in a name.";
        }

        if (name[^1] is '.' or ' ')
        {
            return "Windows cannot have a name that ends in a dot or space.";
        }

        // NUL.txt is the device as well, and so is NUL followed by spaces and a dot.
        string stem = name.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        bool numbered = stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
            && stem[3] is (>= '0' and <= '9') or '¹' or '²' or '³';
        return numbered || _windowsDevices.Contains(stem) ? $"'{stem}' is a device on Windows." : null;
    }
}
