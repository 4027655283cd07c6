namespace E2B.Build;

/// <summary>The tour that shows a newcomer the main things, on a real sandbox on this machine.</summary>
internal static class TryTarget
{
    public static int Run(Repository repository)
    {
        BuildTarget.Build(repository);
        if (PowerShell.Find(repository) is not null)
        {
            return PowerShell.RunScript(repository, repository.At("samples", "tour.ps1"), null);
        }

        Console.WriteLine("There is no PowerShell on this machine: the same tour in C#, through E2B.Core (samples/Tour).");
        return Shell.Run(
            repository, "dotnet", ["run", "--project", "samples/Tour", "-c", "Release", "--no-build", "--", repository.LocalServer]);
    }
}
