namespace E2B;

/// <summary>How to start a terminal. Everything is optional.</summary>
public sealed class PtyOptions
{
    /// <summary>The terminal's width in characters.</summary>
    public int Columns { get; set; } = 80;

    /// <summary>The terminal's height in lines.</summary>
    public int Rows { get; set; } = 24;

    /// <summary>The Linux user; <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>The working directory; <see langword="null"/> means the user's home.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>More environment variables. Unless they are among them, <c>TERM</c> is <c>xterm-256color</c>, <c>LANG</c> and <c>LC_ALL</c> are <c>C.UTF-8</c>.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; set; }

    /// <summary>How long the terminal may run before it is killed; <see langword="null"/> means 60 s as in the official SDKs, zero means no limit.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>A name by which it can be found again.</summary>
    public string? Tag { get; set; }

    /// <summary>What runs in the terminal; <see langword="null"/> means an interactive login shell, <c>/bin/bash -i -l</c>.</summary>
    public ProcessCommand? Command { get; set; }

    /// <summary>How many bytes of output are kept when nobody reads them: the first ones.</summary>
    public int MaxCapturedBytes { get; set; } = CommandOptions.DefaultMaxCapturedBytes;

    /// <summary>How long the start may take, until the process id is known; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }
}
