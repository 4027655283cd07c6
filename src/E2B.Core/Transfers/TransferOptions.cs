namespace E2B;

/// <summary>How to copy files and trees. Everything is optional.</summary>
public sealed class TransferOptions
{
    /// <summary>How many requests copy at the same time unless <see cref="Parallelism"/> says otherwise: 4.</summary>
    public const int DefaultParallelism = 4;

    /// <summary>The Linux user: whose rights count, who owns what is written, whose home a relative path starts from. <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>From sandbox to sandbox: the user in the target. <see langword="null"/> means the target's default user.</summary>
    public string? TargetUser { get; set; }

    /// <summary>How long each request may take, and for content on its way how long nothing may move; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>Whether directories are copied with all they hold. Without, a directory is an error.</summary>
    public bool Recurse { get; set; }

    /// <summary>
    /// Which files and links are copied: those that match one of these patterns; <see langword="null"/> or empty means all. A
    /// pattern without a slash is for the name; one with a slash is for the path below the directory that is copied.
    /// <c>*</c> and <c>?</c> stand for anything but a slash, <c>**</c> also for slashes, <c>[a-z]</c> for one of these; a backtick stands before what is meant as it is. Capitals are like small letters.
    /// Directories are then made only as far as something is copied into them.
    /// </summary>
    public IReadOnlyList<string>? Include { get; set; }

    /// <summary>What is left out, by patterns as in <see cref="Include"/>; a directory with all it holds.</summary>
    public IReadOnlyList<string>? Exclude { get; set; }

    /// <summary>Whether local files that are read-only are replaced.</summary>
    public bool Force { get; set; }

    /// <summary>Whether the SHA-256 of each file is compared on both sides before it is put into its place.</summary>
    public bool Verify { get; set; }

    /// <summary>
    /// Only for downloads: keeps what has arrived when the copy is interrupted, in a hidden directory beside the
    /// destination, and goes on from there the next time. What has changed in the sandbox since is fetched anew.
    /// </summary>
    public bool Resume { get; set; }

    /// <summary>How many requests copy at the same time: 1 to 64.</summary>
    public int Parallelism { get; set; } = DefaultParallelism;

    /// <summary>Told how far the copy is, about four times a second and at the end, from any thread.</summary>
    public IProgress<TransferProgress>? Progress { get; set; }

    /// <summary>What there is in the way of a file's request options.</summary>
    internal SandboxFileOptions FileOptions(string? user) => new() { User = user, RequestTimeout = RequestTimeout };
}
