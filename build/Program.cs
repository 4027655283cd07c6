namespace E2B.Build;

/// <summary>Everything that is done with this repository. build.sh and build.ps1 only find .NET and call this.</summary>
internal static class Program
{
    private static readonly (string Name, string Summary, Func<Repository, int> Run)[] _targets =
    [
        ("build", "the module to out/E2B, the local server to out/local-server", BuildTarget.Run),
        ("try", "build, then a tour: a sandbox on this machine, from PowerShell where it is, else from C#", TryTarget.Run),
        ("test", "build, then every test of every suite", static r => TestTarget.Run(r, soak: false)),
        ("soak", "the tests with large numbers: hours rather than minutes", static r => TestTarget.Run(r, soak: true)),
        ("docs", "help for Get-Help from docs/cmdlets (needs PowerShell and PlatyPS)", DocsTarget.Run),
        ("pack", "the PowerShell Gallery package, and the local server as a .NET tool, to out/packages", PackTarget.Run),
        ("bench", "the benchmarks, each against a peer (needs Node.js and PowerShell)", BenchTarget.Run),
    ];

    private static int Main(string[] args)
    {
        string name = args.Length == 0 ? "build" : args[0];
        foreach ((string target, _, Func<Repository, int> run) in _targets)
        {
            if (target == name)
            {
                try
                {
                    return run(Repository.Find());
                }
                catch (BuildException e)
                {
                    Console.Error.WriteLine("build: " + e.Message);
                    return 1;
                }
            }
        }

        bool asked = name is "help" or "-h" or "--help";
        TextWriter output = asked ? Console.Out : Console.Error;
        if (!asked)
        {
            output.WriteLine($"build: there is no target '{name}'. The targets are:");
        }

        foreach ((string target, string summary, _) in _targets)
        {
            output.WriteLine($"  {target,-6} {summary}");
        }

        return asked ? 0 : 2;
    }
}
