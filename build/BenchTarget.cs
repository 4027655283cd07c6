namespace E2B.Build;

/// <summary>The benchmarks. They print tables; they pass or fail nothing.</summary>
internal static class BenchTarget
{
    public static int Run(Repository repository)
    {
        BuildTarget.Build(repository);
        NodePackages.Restore(repository);
        return PowerShell.RunScript(repository, repository.At("bench", "run.ps1"), null);
    }
}
