namespace E2B;

/// <summary>Which entries of a sandbox's log. All conditions must hold.</summary>
public sealed record SandboxLogOptions
{
    /// <summary>Only entries of then or later; <see langword="null"/> means from the beginning of what is kept.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The lowest level that counts.</summary>
    public SandboxLogLevel Level { get; init; } = SandboxLogLevel.Debug;

    /// <summary>What the message contains, at most 256 characters; capitals count. <see langword="null"/> or empty means anything.</summary>
    public string? Search { get; init; }

    /// <summary>The newest first. It is the other way round without it.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>
    /// How many entries at most; <see langword="null"/> for no limit. When reading, counted from where reading begins;
    /// when following, that many of the newest before the new ones, where 0 means none but the new ones.
    /// </summary>
    public int? Limit { get; init; }

    /// <summary>Entries for each request, 1 to 1000. It is no limit of the whole.</summary>
    public int PageSize { get; init; } = 1000;
}
