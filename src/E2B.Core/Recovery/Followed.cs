using System.Diagnostics;
using E2B.Errors;

namespace E2B.Recovery;

/// <summary>What is known about a thing that is followed over a stream, from the start on.</summary>
internal record Followed
{
    /// <summary>For its errors.</summary>
    public CallContext Context { get; init; } = null!;

    /// <summary>How long it may run, or is followed; <see langword="null"/> for ever.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>When it was asked for, as <see cref="Stopwatch"/> tells it.</summary>
    public long StartedAt { get; init; }

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(StartedAt);

    /// <summary>Whether the limit passed so long ago.</summary>
    public bool IsOverdue(TimeSpan by) => Limit is { } limit && Elapsed >= limit + by;
}
