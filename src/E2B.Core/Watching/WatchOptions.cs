namespace E2B;

/// <summary>How to watch a directory. Everything is optional.</summary>
public sealed class WatchOptions
{
    /// <summary>Whether what is below the directory is watched too. Needs a daemon of version 0.1.4 or later.</summary>
    /// <remarks>
    /// A directory that is made while it is watched is told of, and watched from then on; what is made in it in the very
    /// first moment may be told of twice, or not at all: look into a new directory when its creation is told.
    /// </remarks>
    public bool Recursive { get; set; }

    /// <summary>Whether each event comes with the entry that it is about, as it is when the event is sent. Needs a daemon of version 0.6.3 or later.</summary>
    public bool IncludeEntry { get; set; }

    /// <summary>
    /// Whether a directory on a network mount may be watched; it is refused otherwise, since changes made elsewhere are
    /// not seen. Needs a daemon of version 0.6.4 or later.
    /// </summary>
    public bool AllowNetworkMounts { get; set; }

    /// <summary>The Linux user whose home a relative path starts from. <see langword="null"/> means the sandbox's default user.</summary>
    public string? User { get; set; }

    /// <summary>How long a request, such as the one that begins the watch, may take; <see langword="null"/> means the connection's, zero means no limit.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>How long to watch; <see langword="null"/> means 60 s, zero means no limit. A polled watcher has none.</summary>
    public TimeSpan? Timeout { get; set; }
}
