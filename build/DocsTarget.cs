namespace E2B.Build;

/// <summary>Help for Get-Help, made from the pages in docs/cmdlets.</summary>
internal static class DocsTarget
{
    public static int Run(Repository repository)
    {
        BuildTarget.Build(repository);
        int exitCode = PowerShell.RunScript(repository, repository.At("build", "docs.ps1"), null);
        BuildTarget.CopyHelp(repository);
        return exitCode;
    }
}
