namespace E2B.PowerShell.Running;

/// <summary>How a command went, for $LASTEXITCODE.</summary>
/// <param name="Result">How it ended; <see langword="null"/> when that is not known, which then was written as an error.</param>
/// <param name="ExitCode">Its exit code, or what stands for one.</param>
internal sealed record CommandOutcome(CommandResult? Result, int ExitCode)
{
    /// <summary>The command could not be run, or how it ended is not known.</summary>
    public const int NotRun = -1;

    /// <summary>The command ran into its time limit. The code is that of timeout(1).</summary>
    public const int TimedOut = 124;

    public CommandOutcome(CommandResult result)
        : this(result, result.ExitCode)
    {
    }

    /// <summary>$LASTEXITCODE after several commands: the first code that is not zero; <see langword="null"/> when nothing is known of any.</summary>
    public static int? Combine(IEnumerable<CommandOutcome?> outcomes)
    {
        int[] codes = [.. outcomes.OfType<CommandOutcome>().Select(static outcome => outcome.ExitCode)];
        return codes.Length == 0 ? null : codes.FirstOrDefault(static code => code != 0);
    }

    public static CommandOutcome Of(Exception failure) =>
        new(null, failure is E2BTimeoutException { Kind: E2BTimeoutKind.Command } ? TimedOut : NotRun);
}
