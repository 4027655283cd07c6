namespace E2B;

/// <summary>How to work with files. Everything is optional.</summary>
public sealed class SandboxFileOptions
{
    /// <summary>The Linux user: whose rights count, who owns what is written, whose home a relative path starts from. <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>How long the request may take, and for content on its way how long nothing may move; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Only for writing: kept with the file. Keys are letters, digits and the signs of HTTP header names; values printable ASCII.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; }

    /// <summary>
    /// Whether the content is compressed on its way, which is worth it where the network is slower than the processors. A daemon
    /// older than 0.5.7 is sent plain content; a part of a file (<see cref="FileRange"/>) comes plain too. Off unless set.
    /// </summary>
    public bool Gzip { get; set; }
}
