namespace E2B.Build;

/// <summary>PowerShell, where it can be had: on PATH, or as the .NET tool that .config/dotnet-tools.json names.</summary>
internal static class PowerShell
{
    private static IReadOnlyList<string>? _command;

    /// <summary>The program and its first arguments; <see langword="null"/> where there is no PowerShell.</summary>
    public static IReadOnlyList<string>? Find(Repository repository) => (_command ??= Look(repository)) is { Count: > 0 } found ? found : null;

    /// <summary>Runs a script in a fresh PowerShell without profiles.</summary>
    public static int RunScript(
        Repository repository, string script, IReadOnlyDictionary<string, string>? environment, TextWriter? output = null, params string[] arguments)
    {
        IReadOnlyList<string> command = Find(repository)
            ?? throw new BuildException("this needs PowerShell 7.4 or later as 'pwsh' on PATH.");
        return Shell.Run(
            repository, command[0], [.. command.Skip(1), "-NoProfile", "-NonInteractive", "-File", script, .. arguments], environment, output);
    }

    private static IReadOnlyList<string> Look(Repository repository)
    {
        if (Shell.Find("pwsh") is { } onPath)
        {
            return [onPath];
        }

        Console.WriteLine("pwsh is not on PATH; trying to restore it as a .NET tool …");
        return Shell.Run(repository, "dotnet", ["tool", "restore", "--verbosity", "quiet"]) == 0 ? ["dotnet", "tool", "run", "pwsh", "--"] : [];
    }
}
