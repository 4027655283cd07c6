namespace E2B.LocalServer.Agent.Access;

/// <summary>A path that means nothing, such as <c>~other/file</c>.</summary>
internal sealed class BadPathException(string message) : Exception(message);

/// <summary>How a path in a request is meant. Pure text: nothing is looked up.</summary>
internal static class SandboxPaths
{
    /// <summary>Makes a path absolute: <c>~</c> and relative paths start at the user's home.</summary>
    /// <param name="path">Empty for the working directory.</param>
    /// <param name="user">Whose home.</param>
    /// <param name="workdir">What an empty path means; <see langword="null"/> for the home.</param>
    public static string Resolve(string path, UserEntry user, string? workdir)
    {
        if (path.Contains('\0'))
        {
            throw new BadPathException("a path cannot hold a zero character");
        }

        if (path.Length == 0)
        {
            path = workdir ?? string.Empty;
        }

        if (path.StartsWith('~'))
        {
            if (path.Length > 1 && path[1] is not ('/' or '\\'))
            {
                throw new BadPathException(
                    $"failed to expand path '{path}' for user '{user.Name}': cannot expand user-specific home dir");
            }

            path = Clean(user.Home + "/" + path[1..]);
        }

        return path.StartsWith('/') ? path : Clean(user.Home + "/" + path);
    }

    /// <summary>Takes <c>.</c>, <c>..</c> and doubled slashes out of a path.</summary>
    public static string Clean(string path)
    {
        bool absolute = path.StartsWith('/');
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part != "..")
            {
                parts.Add(part);
            }
            else if (parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (!absolute)
            {
                parts.Add(part);
            }
        }

        string joined = string.Join('/', parts);
        return absolute ? "/" + joined : joined.Length == 0 ? "." : joined;
    }

    /// <summary>The directory that holds the entry.</summary>
    public static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash < 0 ? "." : Clean(path[..(slash + 1)]);
    }

    /// <summary>The last part of a path.</summary>
    public static string Name(string path)
    {
        string trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? (path.Length == 0 ? "." : "/") : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }
}
