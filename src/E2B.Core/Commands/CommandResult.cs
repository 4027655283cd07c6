namespace E2B;

/// <summary>How a command ended.</summary>
public sealed class CommandResult
{
    /// <summary>The sandbox in which it ran.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its process id in the sandbox.</summary>
    public int Pid { get; init; }

    /// <summary>Its exit code; -1 when a signal ended it.</summary>
    public int ExitCode { get; init; }

    /// <summary>The signal that ended it, such as <c>killed</c>; <see langword="null"/> when it exited by itself.</summary>
    public string? Signal { get; init; }

    /// <summary>The daemon's words on why it failed; <see langword="null"/> when it has none.</summary>
    public string? Error { get; init; }

    /// <summary>What it wrote to stdout, as UTF-8, as far as it was captured. Nothing that <see cref="CommandHandle.ReadOutputAsync"/> handed out.</summary>
    public string StandardOutput { get; init; } = string.Empty;

    /// <summary>What it wrote to stderr, in the same way.</summary>
    public string StandardError { get; init; } = string.Empty;

    /// <summary>Whether more output came than <see cref="CommandOptions.MaxCapturedBytes"/> allowed to keep.</summary>
    public bool OutputTruncated { get; init; }

    /// <summary>How often the connection broke and was made again. Output may be missing in each of these places, whole lines at a time.</summary>
    public int ReattachCount { get; init; }

    /// <summary>From the request to its end, seen from here; for a process attached to, from then on.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether it exited with code 0.</summary>
    public bool Succeeded => ExitCode == 0 && Signal is null;

    /// <summary>Throws unless the command exited with code 0.</summary>
    /// <returns>This result.</returns>
    /// <exception cref="CommandExitException">It did not.</exception>
    public CommandResult EnsureSuccess() => Succeeded ? this : throw new CommandExitException(this);
}
