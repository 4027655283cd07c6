using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace E2B.Build;

/// <summary>How many tests passed, failed and were skipped, read from what each runner leaves in a file.</summary>
internal readonly partial record struct Counts(int Passed, int Failed, int Skipped)
{
    private static readonly XNamespace _trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static Counts operator +(Counts a, Counts b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

    /// <summary>The report of `dotnet test`.</summary>
    public static Counts OfTrx(string file)
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

    /// <summary>The report of `node --test`.</summary>
    public static Counts OfTap(string file)
    {
        string text = File.Exists(file) ? File.ReadAllText(file) : string.Empty;
        int Read(string name) => TapCount().Matches(text).LastOrDefault(m => m.Groups[1].Value == name) is { } match
            ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
            : 0;
        return new Counts(Read("pass"), Read("fail") + Read("cancelled"), Read("skipped") + Read("todo"));
    }

    /// <summary>The report of tests/Pester/run.ps1: three numbers.</summary>
    public static Counts OfPester(string file)
    {
        int[] counts = File.Exists(file)
            ? [.. File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]
            : [0, 0, 0];
        return new Counts(counts[0], counts[1], counts[2]);
    }

    [GeneratedRegex(@"(?m)^# (\w+) (\d+)\r?$")]
    private static partial Regex TapCount();
}
