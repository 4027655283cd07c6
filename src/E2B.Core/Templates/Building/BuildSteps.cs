using System.Globalization;
using System.Text.RegularExpressions;

namespace E2B.Templates.Building;

/// <summary>Where a build is, told by its log: each step begins with a line such as <c>CACHED [builder 2/5] RUN make [hash]</c>.</summary>
internal sealed partial class BuildSteps(int count)
{
    private readonly HashSet<int> _cached = [];

    /// <summary>How many steps there are; 0 while that is not known.</summary>
    public int Count { get; private set; } = count;

    /// <summary>How many came from the cache.</summary>
    public int CachedCount => _cached.Count;

    /// <returns>Where the build is now; <see langword="null"/> when the entry does not begin a step.</returns>
    public TemplateBuildProgress? Read(TemplateBuildLogEntry entry)
    {
        Match match = Beginning().Match(entry.Message);
        if (!match.Success)
        {
            return null;
        }

        int number;
        if (match.Groups["number"] is { Success: true } written)
        {
            number = int.Parse(written.ValueSpan, CultureInfo.InvariantCulture);
            Count = int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
        }
        else
        {
            // What comes before the steps is one of two; the names of what comes after them change.
            number = match.Groups["phase"].Value is "base" or "user" ? 0 : Count + 1;
        }

        bool isCached = match.Groups["cached"].Success;
        if (isCached && number > 0 && number <= Count)
        {
            _cached.Add(number);
        }

        return new TemplateBuildProgress(TemplateBuildPhase.Building, number, Count, match.Groups["text"].Value) { IsCached = isCached };
    }

    [GeneratedRegex(
        @"^(?<cached>CACHED )?\[(builder (?<number>\d{1,6})/(?<count>\d{1,6})|(?<phase>[a-z][a-z ]*))\] (?<text>.*?)( \[[0-9a-f]*\])?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Beginning();
}
