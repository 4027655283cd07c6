namespace E2B.Build;

/// <summary>The suites that there are, and how each is run.</summary>
internal sealed class Suites(Repository repository, string results, bool soak)
{
    private readonly Dictionary<string, string> _environment = soak ? new() { ["E2B_SOAK"] = "1" } : [];

    /// <summary>The projects in tests; the one that measures limits and memory has the machine for itself.</summary>
    public IEnumerable<Suite> DotNet() =>
        from project in Directory.EnumerateFiles(repository.At("tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let name = Path.GetFileNameWithoutExtension(project)
        select new Suite(name, Alone: soak || name == "E2B.LocalServer.Tests", output =>
        {
            int exitCode = Shell.Run(
                repository,
                "dotnet",
                ["test", project, "-c", "Release", "--no-build", "--nologo", "--results-directory", results, "--logger", $"trx;LogFileName={name}.trx"],
                _environment,
                output);
            return new Outcome(exitCode, Counts.OfTrx(Path.Combine(results, name + ".trx")));
        });

    /// <summary>The official JavaScript clients against the local server.</summary>
    public Suite Conformance() => new("Conformance", Alone: soak, output =>
    {
        string report = Path.Combine(results, "conformance.txt");
        int exitCode = Shell.Run(
            repository,
            "node",
            [
                "--test", "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap",
                $"--test-reporter-destination={report}", "tests/Conformance",
            ],
            _environment,
            output);
        return new Outcome(exitCode, Counts.OfTap(report));
    });

    /// <summary>The cmdlets in PowerShell, in two halves.</summary>
    public IEnumerable<Suite> Pester() =>
        from half in Enumerable.Range(1, 2)
        select new Suite($"Pester {half}", Alone: soak, output =>
        {
            string report = Path.Combine(results, $"pester-{half}.txt");
            return RunPester(output, _environment, report, "-Share", $"{half}/2") is int exitCode
                ? new Outcome(exitCode, Counts.OfPester(report))
                : Outcome.DidNotRun;
        });

    /// <summary>The Pester suites once more, with -Verbose and -Debug on, to look for secrets in what they write.</summary>
    public IEnumerable<Suite> Scan() =>
    [
        new("Secrets", Alone: true, output =>
        {
            // Small numbers: it is the streams that matter here.
            var once = new Dictionary<string, string>(_environment) { ["E2B_SOAK"] = string.Empty };

            // One check: that nothing was shown. The suites' own tests were counted before.
            return RunPester(output, once, Path.Combine(results, "scan.txt"), "-Scan") is int exitCode
                ? new Outcome(exitCode, exitCode == 0 ? new Counts(1, 0, 0) : new Counts(0, 1, 0))
                : Outcome.DidNotRun;
        }),
    ];

    /// <returns>The exit code; <see langword="null"/> where there is no PowerShell or no Pester.</returns>
    private int? RunPester(TextWriter output, Dictionary<string, string> environment, string report, params string[] more)
    {
        if (PowerShell.Find(repository) is null)
        {
            output.WriteLine("PESTER DID NOT RUN: there is no PowerShell on this machine. The cmdlets were NOT exercised.");
            return null;
        }

        int exitCode = PowerShell.RunScript(
            repository, repository.At("tests", "Pester", "run.ps1"), environment, output, ["-Report", report, .. more]);
        if (exitCode == 3)
        {
            output.WriteLine("PESTER DID NOT RUN: PowerShell has no Pester 5 module. The cmdlets were NOT exercised.");
            return null;
        }

        return exitCode;
    }
}
