namespace E2B;

/// <summary>A command ended with an exit code other than zero. Thrown by <see cref="CommandResult.EnsureSuccess"/> alone.</summary>
public sealed class CommandExitException : E2BException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="result">How the command ended.</param>
    public CommandExitException(CommandResult result)
        : base(Describe(result))
    {
        Result = result;
        SandboxId = result.SandboxId;
    }

    /// <summary>How the command ended, with its output.</summary>
    public CommandResult Result { get; }

    private static string Describe(CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        string how = result.Signal is { } signal ? $"was ended by the signal '{signal}'" : $"ended with exit code {result.ExitCode}";
        string stderr = result.StandardError.Trim();
        const int Shown = 500;
        return stderr.Length switch
        {
            0 => $"The command {how}. It wrote nothing to stderr.",
            > Shown => $"The command {how}; the end of its stderr: …{stderr[^Shown..]}",
            _ => $"The command {how}: {stderr}",
        };
    }
}
