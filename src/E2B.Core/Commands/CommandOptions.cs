namespace E2B;

/// <summary>How to run a command. Everything is optional.</summary>
public sealed class CommandOptions
{
    /// <summary>How many bytes of each stream are kept for <see cref="CommandResult"/> unless <see cref="MaxCapturedBytes"/> says otherwise: 64 MiB.</summary>
    public const int DefaultMaxCapturedBytes = 64 * 1024 * 1024;

    /// <summary>The Linux user; <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>The working directory; <see langword="null"/> means the user's home.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>More environment variables.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; set; }

    /// <summary>How long the command may run before the sandbox kills it; <see langword="null"/> means 60 s as in the official SDKs, zero means no limit.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Whether the command has a stdin to write to. Without, it reads an empty one.</summary>
    public bool StandardInput { get; set; }

    /// <summary>A name by which the process can be found again.</summary>
    public string? Tag { get; set; }

    /// <summary>How many bytes of stdout, and as many of stderr, are kept for <see cref="CommandResult"/>: the first ones. The rest is read and dropped.</summary>
    public int MaxCapturedBytes { get; set; } = DefaultMaxCapturedBytes;

    /// <summary>How long the start may take, until the process id is known; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }
}
