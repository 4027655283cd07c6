namespace E2B.PowerShell.LocalServer;

/// <summary>Where the server's program is: in the module as it is published, beside it as it is built, or installed as a .NET tool.</summary>
internal static class LocalServerProgram
{
    private const string Name = "E2B.LocalServer.dll";
    private const string ToolName = "e2b-local";

    /// <summary>What to run, and its first arguments.</summary>
    /// <param name="path">The program, or the folder it is in; looked for when there is none.</param>
    /// <exception cref="E2BException">It is in none of the places.</exception>
    public static IReadOnlyList<string> Find(string? path)
    {
        if (path is not null)
        {
            string[] named = [path, Path.Combine(path, Name), Path.Combine(path, ToolName)];
            return named.FirstOrDefault(File.Exists) is { } program
                ? Command(program)
                : throw new E2BException($"There is no local server at '{path}': neither a program nor a folder with {Name}.");
        }

        string module = Path.GetDirectoryName(typeof(LocalServerProgram).Assembly.Location)!;
        string[] places =
        [
            Path.Combine(module, "local-server", Name),
            Path.Combine(module, "..", "local-server", Name),
            .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Where(Path.IsPathRooted).Select(static folder => Path.Combine(folder, ToolName)),
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet", "tools", ToolName),
        ];
        return places.FirstOrDefault(File.Exists) is { } found
            ? Command(Path.GetFullPath(found))
            : throw new E2BException(
                $"The local server's program is not there; looked for {string.Join(" and ", places.Take(2).Select(Path.GetFullPath))}, and for the .NET tool {ToolName} (dotnet tool install --global E2B.LocalServer).");
    }

    private static string[] Command(string program) =>
        Path.GetExtension(program).Equals(".dll", StringComparison.OrdinalIgnoreCase) ? ["dotnet", program] : [program];
}
