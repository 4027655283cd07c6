namespace E2B.Build;

/// <summary>The module and the server, ready to use, below out/.</summary>
internal static class BuildTarget
{
    public static int Run(Repository repository)
    {
        Build(repository);
        Console.WriteLine($"The module:       {Path.GetRelativePath(Environment.CurrentDirectory, repository.Module)}/E2B.psd1");
        Console.WriteLine($"The local server: {Path.GetRelativePath(Environment.CurrentDirectory, repository.LocalServer)}/E2B.LocalServer.dll");
        return 0;
    }

    public static void Build(Repository repository)
    {
        Shell.Require(repository, "dotnet", "build", "E2B.PowerShell.sln", "-c", "Release", "--nologo", "-v", "quiet", "-clp:ErrorsOnly");
        LayOutModule(repository);
        Recreate(repository.LocalServer);
        Shell.Require(
            repository, "dotnet", "publish", "src/E2B.LocalServer", "-c", "Release", "--no-build", "--nologo", "-v", "quiet", "-o", repository.LocalServer);
    }

    /// <summary>What Get-Help shows, to where it looks for it.</summary>
    public static void CopyHelp(Repository repository)
    {
        string folder = Path.Combine(repository.Module, "en-US");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(repository.At("docs", "help"), "*.xml")
            .Concat(Directory.EnumerateFiles(repository.At("docs", "about"), "*.help.txt")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
    }

    private static void LayOutModule(Repository repository)
    {
        Recreate(repository.Module);
        string library = Path.Combine(repository.Module, "lib");
        Directory.CreateDirectory(library);

        File.Copy(repository.At("src", "E2B.Loader", "bin", "Release", "net8.0", "E2B.Loader.dll"), Path.Combine(repository.Module, "E2B.Loader.dll"));

        // What the module needs beside itself goes to lib/, which only its own load context looks into.
        foreach (string file in Directory.EnumerateFiles(repository.At("src", "E2B.PowerShell", "bin", "Release", "net8.0")))
        {
            string name = Path.GetFileName(file);
            bool isModule = name.StartsWith("E2B.PowerShell.", StringComparison.Ordinal);
            if (Path.GetExtension(name) == ".dll")
            {
                File.Copy(file, Path.Combine(isModule ? repository.Module : library, name));
            }
        }

        File.Copy(repository.At("E2B.psd1"), Path.Combine(repository.Module, "E2B.psd1"));
        foreach (string file in Directory.EnumerateFiles(repository.At("src", "E2B.PowerShell", "Formats"), "*.ps1xml"))
        {
            File.Copy(file, Path.Combine(repository.Module, Path.GetFileName(file)));
        }

        CopyHelp(repository);
    }

    private static void Recreate(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
    }
}
