using E2B.Errors;

namespace E2B.Commands;

/// <summary>What is known about a process that is followed, from the start on.</summary>
internal sealed record FollowedProcess
{
    public int ProcessId { get; init; }

    /// <summary>How errors call it, at the beginning of a sentence.</summary>
    public string? Name { get; init; }

    /// <summary>For its errors.</summary>
    public CallContext Context { get; init; } = null!;

    /// <summary>How long it may run, or is followed; <see langword="null"/> for ever.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>Whether it was started here, so that the limit is its own.</summary>
    public bool IsOwner { get; init; }

    /// <summary>Whether it and its descendants are ended here at the limit.</summary>
    public bool StopsAtLimit { get; init; }

    public InputKind Input { get; init; }

    public int MaxCapturedBytes { get; init; }

    /// <summary>When it was asked for, as <see cref="System.Diagnostics.Stopwatch"/> tells it.</summary>
    public long StartedAt { get; init; }
}
