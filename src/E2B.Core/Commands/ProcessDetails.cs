namespace E2B;

/// <summary>A process that was started through the daemon and still runs.</summary>
public sealed class ProcessDetails
{
    /// <summary>The sandbox in which it runs.</summary>
    public required string SandboxId { get; init; }

    /// <summary>Its process id in the sandbox.</summary>
    public int Pid { get; init; }

    /// <summary>The name given at its start; <see langword="null"/> when none was.</summary>
    public string? Tag { get; init; }

    /// <summary>The program, <c>/bin/bash</c> for commands.</summary>
    public required string Command { get; init; }

    /// <summary>The program's arguments; a command's text is the last of them.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The environment variables given at its start.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The working directory given at its start; <see langword="null"/> when none was.</summary>
    public string? WorkingDirectory { get; init; }
}
