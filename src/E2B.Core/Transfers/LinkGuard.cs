namespace E2B.Transfers;

/// <summary>Whether symbolic links stay within the destination.</summary>
internal static class LinkGuard
{
    // More than any system follows: who leads through more, in a circle for one, leads nowhere.
    private const int MaxLinks = 255;

    /// <summary>Whether a link leads outside, followed as the system would follow it.</summary>
    /// <param name="path">Where the link is, relative to the destination, with a slash between names.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="targetAt">The targets of other links by their relative paths; <see langword="null"/> for what is no link.</param>
    public static bool LeadsOutside(string path, string target, Func<string, string?> targetAt)
    {
        var at = new List<string>(TransferEntry.ParentOf(path) is { Length: > 0 } parent ? parent.Split('/') : []);
        var left = new Stack<string>();
        int followed = 0;
        string? next = target;
        while (true)
        {
            if (next is not null)
            {
                if (IsAbsolute(next))
                {
                    return true;
                }

                if (++followed > MaxLinks)
                {
                    return false;
                }

                foreach (string name in Enumerable.Reverse(next.Split('/')))
                {
                    left.Push(name);
                }
            }

            if (!left.TryPop(out string? step))
            {
                return false;
            }

            next = null;
            switch (step)
            {
                case "" or ".":
                    break;
                case "..":
                    if (at.Count == 0)
                    {
                        return true;
                    }

                    at.RemoveAt(at.Count - 1);
                    break;
                default:
                    at.Add(step);
                    next = targetAt(string.Join('/', at));
                    if (next is not null)
                    {
                        at.RemoveAt(at.Count - 1);
                    }

                    break;
            }
        }
    }

    /// <summary>The links that stay within; the others are reported.</summary>
    public static IReadOnlyList<TransferEntry> Accept(IReadOnlyList<TransferEntry> links, TransferReport report, Func<string, string?> targetInDestination)
    {
        Dictionary<string, string> targets = links.ToDictionary(static link => link.Path, static link => link.LinkTarget!, StringComparer.Ordinal);
        var sound = new List<TransferEntry>(links.Count);
        foreach (TransferEntry link in links)
        {
            if (string.IsNullOrEmpty(link.LinkTarget) || link.LinkTarget.Contains('\0', StringComparison.Ordinal))
            {
                report.Fail(link, TransferEntryError.Unsafe, "it is a link that leads nowhere.");
            }
            else if (LeadsOutside(link.Path, link.LinkTarget, at => targets.TryGetValue(at, out string? other) ? other : targetInDestination(at)))
            {
                report.Fail(link, TransferEntryError.Unsafe, $"it is a link to '{link.LinkTarget}', which leads outside the destination.");
            }
            else
            {
                sound.Add(link);
            }
        }

        return sound;
    }

    /// <summary>On Windows a drive and a backslash are as good as a slash at the start; a backslash within leads anywhere.</summary>
    private static bool IsAbsolute(string target) => target.StartsWith('/') || target.Contains('\\', StringComparison.Ordinal)
        || (target.Length > 1 && target[1] == ':' && char.IsAsciiLetter(target[0]));
}
