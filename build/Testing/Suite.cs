namespace E2B.Build;

/// <summary>One run of one runner.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Alone">Whether it measures this machine, so that nothing else may run beside it.</param>
/// <param name="Run">Runs it, with its output to the writer, and tells how it ended.</param>
internal sealed record Suite(string Name, bool Alone, Func<TextWriter, Outcome> Run);

/// <summary>How a runner ended, and what it counted.</summary>
internal readonly record struct Outcome(int ExitCode, Counts Counts)
{
    /// <summary>For a suite that this machine has nothing to run with: it says so, and counts nothing.</summary>
    public static Outcome DidNotRun { get; } = new(-1, default);

    /// <summary>A suite that ended badly without naming a failed test, or that ran nothing, is a failure of its own.</summary>
    public Counts Checked
    {
        get
        {
            if (this == DidNotRun)
            {
                return default;
            }

            bool silent = (ExitCode != 0 && Counts.Failed == 0) || Counts.Passed + Counts.Failed == 0;
            return silent ? Counts with { Failed = Counts.Failed + 1 } : Counts;
        }
    }
}
