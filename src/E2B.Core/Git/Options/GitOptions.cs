namespace E2B;

/// <summary>How to run git. Everything is optional.</summary>
public class GitOptions
{
    /// <summary>The Linux user; <see langword="null"/> means the sandbox's default user. Credentials can be read by this user, and root, while git runs.</summary>
    public string? User { get; set; }

    /// <summary>The directory from which relative paths start; <see langword="null"/> means the user's home.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>More environment variables. Git is never let prompt, and speaks English, whatever they say.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; set; }

    /// <summary>How long git may run before the sandbox kills it; <see langword="null"/> means 60 s as in the official SDKs, zero means no limit.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>How long the start may take; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }
}
