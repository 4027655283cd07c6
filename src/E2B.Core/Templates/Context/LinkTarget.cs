namespace E2B.Templates.Context;

/// <summary>Where a link of the context leads, through other links as well.</summary>
/// <param name="RealPath">The place; <see langword="null"/> where there is none, as of a circle.</param>
/// <param name="IsInside">Whether that is in the context.</param>
/// <param name="IsDirectory">Whether a directory is there.</param>
internal sealed record LinkTarget(string? RealPath, bool IsInside, bool IsDirectory)
{
    // As many as Linux follows.
    private const int MaxLinks = 40;

    public static LinkTarget Of(string link, string realRoot)
    {
        string? real = Resolve(link);
        return new LinkTarget(
            real,
            real is not null && ContextPaths.IsWithin(real, realRoot, OperatingSystem.IsWindows()),
            real is not null && Directory.Exists(real));
    }

    /// <summary>The path with no link in it; <see langword="null"/> when it leads nowhere.</summary>
    public static string? Resolve(string path)
    {
        string at = Path.GetPathRoot(Path.GetFullPath(path))!;
        var left = new Stack<string>();
        Push(left, Path.GetFullPath(path)[at.Length..]);
        int followed = 0;
        while (left.TryPop(out string? name))
        {
            if (name is "" or ".")
            {
                continue;
            }

            if (name == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }

            var info = new FileInfo(Path.Join(at, name));
            if ((int)info.Attributes == -1)
            {
                return null;
            }

            if (info.LinkTarget is not { } target)
            {
                at = info.FullName;
                continue;
            }

            if (++followed > MaxLinks)
            {
                return null;
            }

            if (Path.IsPathRooted(target))
            {
                at = Path.GetPathRoot(Path.GetFullPath(target))!;
                target = Path.GetFullPath(target)[at.Length..];
            }

            Push(left, target);
        }

        return at;
    }

    private static void Push(Stack<string> left, string path)
    {
        char[] separators = OperatingSystem.IsWindows() ? ['/', '\\'] : ['/'];
        foreach (string name in Enumerable.Reverse(path.Split(separators)))
        {
            left.Push(name);
        }
    }
}
