using System.Collections.Concurrent;
using System.Globalization;

namespace E2B.Build;

/// <summary>Runs suites side by side, and shows what each wrote, in one piece, when it has ended.</summary>
internal static class Lanes
{
    // Suites mostly wait: for sandboxes, for time limits to pass. More than two would make those who measure time wrong.
    private const int Count = 2;

    /// <summary>Those that need the machine for themselves come last.</summary>
    public static Counts Run(IReadOnlyList<Suite> suites, string logs)
    {
        var results = new ConcurrentBag<Counts>();
        var waiting = new ConcurrentQueue<Suite>(suites.Where(s => !s.Alone));
        Task[] lanes = [.. Enumerable.Range(0, Count).Select(_ => Task.Run(() =>
        {
            while (waiting.TryDequeue(out Suite? suite))
            {
                results.Add(RunOne(suite, logs));
            }
        }))];
        Task.WaitAll(lanes);
        foreach (Suite suite in suites.Where(s => s.Alone))
        {
            results.Add(RunOne(suite, logs));
        }

        return results.Aggregate(default(Counts), static (a, b) => a + b);
    }

    private static Counts RunOne(Suite suite, string logs)
    {
        Say($"-- {suite.Name} begins");
        DateTime begun = DateTime.UtcNow;
        string log = Path.Combine(logs, suite.Name.Replace(' ', '-') + ".log");
        Outcome outcome;
        using (var file = new StreamWriter(log))
        {
            outcome = suite.Run(file);
        }

        Counts counts = outcome.Checked;
        string seconds = (DateTime.UtcNow - begun).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        Say(
            $"\n== {suite.Name}\n{File.ReadAllText(log)}" + (outcome == Outcome.DidNotRun
                ? string.Empty
                : $"{suite.Name}: {counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped (exit code {outcome.ExitCode}, {seconds} s)"));
        return counts;
    }

    private static void Say(string text)
    {
        lock (typeof(Lanes))
        {
            Console.WriteLine(text);
        }
    }
}
