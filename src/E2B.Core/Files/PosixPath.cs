namespace E2B.Files;

/// <summary>Absolute paths in a sandbox, as text.</summary>
internal static class PosixPath
{
    /// <summary>Without what is only another way to write the same: doubled slashes, <c>.</c> and <c>..</c>. Links are not looked at.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
