namespace E2B.PowerShell.LocalServer;

/// <summary>Where the server's program is: in the module as it is published, beside it as it is built.</summary>
internal static class LocalServerProgram
{
    private const string Name = "E2B.LocalServer.dll";

    /// <exception cref="E2BException">It is in none of the places.</exception>
    public static string Find()
    {
        string module = Path.GetDirectoryName(typeof(LocalServerProgram).Assembly.Location)!;
        string[] places = [Path.Combine(module, "local-server", Name), Path.Combine(module, "..", "local-server", Name)];
        return places.FirstOrDefault(File.Exists) is { } found
            ? Path.GetFullPath(found)
            : throw new E2BException($"The local server's program is not there; looked for {string.Join(" and ", places.Select(Path.GetFullPath))}.");
    }
}
