namespace E2B.Build;

/// <summary>All suites, two at a time, and the sum of their counts as the last line.</summary>
internal static class TestTarget
{
    public static int Run(Repository repository, bool soak)
    {
        BuildTarget.Build(repository);
        PackTarget.Pack(repository);
        NodePackages.Restore(repository);
        string results = Path.Combine(repository.Output, "test-results");
        if (Directory.Exists(results))
        {
            Directory.Delete(results, recursive: true);
        }

        Directory.CreateDirectory(results);
        var suites = new Suites(repository, results, soak);

        // The longest first, so that no lane is left with one at the end.
        Counts total = Lanes.Run([.. suites.Pester(), suites.Conformance(), .. suites.DotNet(), .. soak ? suites.Scan() : []], results);
        Console.WriteLine();
        if (total.Skipped > 0)
        {
            Console.WriteLine($"{total.Skipped} skipped");
        }

        Console.WriteLine($"{total.Passed} passed, {total.Failed} failed");
        return total.Failed > 0 || total.Passed == 0 ? 1 : 0;
    }
}
