namespace E2B.LocalServer.ControlPlane;

/// <summary>Paths as a sandbox has them.</summary>
internal static class SandboxPath
{
    /// <summary>The path from "/" on, without empty parts, "." and "..".</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>The folder something is in; of "/" that itself.</summary>
    public static string Parent(string cleaned) => cleaned.LastIndexOf('/') is > 0 and int slash ? cleaned[..slash] : "/";

    /// <summary>The last part; of "/" that itself.</summary>
    public static string Name(string cleaned) => cleaned == "/" ? cleaned : cleaned[(cleaned.LastIndexOf('/') + 1)..];

    public static string Join(string cleaned, string name) => cleaned == "/" ? "/" + name : $"{cleaned}/{name}";
}
