using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace E2B.Build;

/// <summary>All suites, one after another, and the sum of their counts as the last line.</summary>
internal static partial class TestTarget
{
    private static readonly XNamespace _trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static int Run(Repository repository, bool soak)
    {
        var environment = new Dictionary<string, string>();
        if (soak)
        {
            environment["E2B_SOAK"] = "1";
        }

        BuildTarget.Build(repository);
        PackTarget.Pack(repository);
        string results = Path.Combine(repository.Output, "test-results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Directory.CreateDirectory(results);
        Counts total = DotNet(repository, results, environment)
            + Conformance(repository, results, environment)
            + Pester(repository, results, environment)
            + (soak ? Scan(repository, results, environment) : default);
        Console.WriteLine();
        if (total.Skipped > 0)
        {
            Console.WriteLine($"{total.Skipped} skipped");
        }

        Console.WriteLine($"{total.Passed} passed, {total.Failed} failed");
        return total.Failed > 0 || total.Passed == 0 ? 1 : 0;
    }

    private static Counts DotNet(Repository repository, string results, Dictionary<string, string> environment)
    {
        Counts sum = default;
        foreach (string project in Directory.EnumerateFiles(repository.At("tests"), "*.Tests.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(project);
            Heading(name);
            int exitCode = Shell.Run(
                repository,
                "dotnet",
                ["test", project, "-c", "Release", "--no-build", "--nologo", "--results-directory", results, "--logger", $"trx;LogFileName={name}.trx"],
                environment);
            sum += Checked(name, exitCode, ReadTrx(Path.Combine(results, name + ".trx")));
        }

        return sum;
    }

    private static Counts Conformance(Repository repository, string results, Dictionary<string, string> environment)
    {
        Heading("Conformance: the official JavaScript client against the local server");
        NodePackages.Restore(repository);
        string report = Path.Combine(results, "conformance.txt");
        int exitCode = Shell.Run(
            repository,
            "node",
            [
                "--test", "--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap",
                $"--test-reporter-destination={report}", "tests/Conformance",
            ],
            environment);
        return Checked("Conformance", exitCode, ReadTap(report));
    }

    private static Counts Pester(Repository repository, string results, Dictionary<string, string> environment)
    {
        Heading("Pester: the cmdlets in PowerShell");
        if (PowerShell.Find(repository) is null)
        {
            Console.WriteLine("PESTER DID NOT RUN: there is no PowerShell on this machine. The cmdlets were NOT exercised.");
            return default;
        }

        string report = Path.Combine(results, "pester.txt");
        int exitCode = PowerShell.RunScript(repository, repository.At("tests", "Pester", "run.ps1"), environment, "-Report", report);
        if (exitCode == 3)
        {
            Console.WriteLine("PESTER DID NOT RUN: PowerShell has no Pester 5 module. The cmdlets were NOT exercised.");
            return default;
        }

        int[] counts = File.Exists(report)
            ? [.. File.ReadAllText(report).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]
            : [0, 0, 0];
        return Checked("Pester", exitCode, new Counts(counts[0], counts[1], counts[2]));
    }

    /// <summary>The Pester suites once more, with -Verbose and -Debug on, to look for secrets in what they write.</summary>
    private static Counts Scan(Repository repository, string results, Dictionary<string, string> environment)
    {
        Heading("Secrets: the suites' output with all streams on");
        if (PowerShell.Find(repository) is null)
        {
            Console.WriteLine("THE SCAN DID NOT RUN: there is no PowerShell on this machine.");
            return default;
        }

        // Small numbers: it is the streams that matter here.
        var once = new Dictionary<string, string>(environment) { ["E2B_SOAK"] = string.Empty };
        string report = Path.Combine(results, "scan.txt");
        int exitCode = PowerShell.RunScript(repository, repository.At("tests", "Pester", "run.ps1"), once, "-Report", report, "-Scan");
        if (exitCode == 3)
        {
            Console.WriteLine("THE SCAN DID NOT RUN: PowerShell has no Pester 5 module.");
            return default;
        }

        // One check: that nothing was shown. The suites' own tests were counted before.
        return Checked("Secrets", exitCode, exitCode == 0 ? new Counts(1, 0, 0) : new Counts(0, 1, 0));
    }

    /// <summary>A suite that ended badly without naming a failed test, or that ran nothing, is a failure of its own.</summary>
    private static Counts Checked(string name, int exitCode, Counts counts)
    {
        Console.WriteLine($"{name}: {counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped (exit code {exitCode})");
        bool silent = (exitCode != 0 && counts.Failed == 0) || counts.Passed + counts.Failed == 0;
        return silent ? counts with { Failed = counts.Failed + 1 } : counts;
    }

    private static Counts ReadTrx(string file)
    {
        if (!File.Exists(file))
        {
            return default;
        }

        XElement counters = XDocument.Load(file).Descendants(_trx + "Counters").Single();
        int Read(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        int total = Read("total"), passed = Read("passed"), executed = Read("executed");
        return new Counts(passed, executed - passed, total - executed);
    }

    private static Counts ReadTap(string file)
    {
        string text = File.Exists(file) ? File.ReadAllText(file) : string.Empty;
        int Read(string name) => TapCount().Matches(text).LastOrDefault(m => m.Groups[1].Value == name) is { } match
            ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
            : 0;
        return new Counts(Read("pass"), Read("fail") + Read("cancelled"), Read("skipped") + Read("todo"));
    }

    private static void Heading(string text) => Console.WriteLine($"\n== {text}");

    [GeneratedRegex(@"(?m)^# (\w+) (\d+)\r?$")]
    private static partial Regex TapCount();

    private readonly record struct Counts(int Passed, int Failed, int Skipped)
    {
        public static Counts operator +(Counts a, Counts b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);
    }
}
