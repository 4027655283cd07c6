namespace E2B;

/// <summary>How to sync a local directory into a sandbox. Everything is optional.</summary>
public sealed class SyncOptions
{
    /// <summary>Whether what is in the sandbox's directory and not in the local one is removed, and whatever is in the way of a directory or file.</summary>
    public bool Mirror { get; set; }

    /// <summary>Whether files of the same size are compared by their SHA-256 and not by their times. Both sides then read all of these files.</summary>
    public bool Checksum { get; set; }

    /// <summary>Which files and links are synced, by patterns as in <see cref="TransferOptions.Include"/>; <see langword="null"/> or empty means all. The others are left alone on both sides.</summary>
    public IReadOnlyList<string>? Include { get; set; }

    /// <summary>What is left alone on both sides, by patterns as in <see cref="TransferOptions.Include"/>; a directory with all it holds.</summary>
    public IReadOnlyList<string>? Exclude { get; set; }

    /// <summary>The Linux user: whose rights count, who owns what is written, whose home a relative path starts from. <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>How long each request may take, and for content on its way how long nothing may move; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Told how far the copying is, about four times a second and at its end, from any thread.</summary>
    public IProgress<TransferProgress>? Progress { get; set; }
}
