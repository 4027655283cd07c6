using E2B.Observing;

namespace E2B;

/// <content>What the service measured of the sandbox, and wrote down of it.</content>
public sealed partial class Sandbox
{
    /// <summary>What the sandbox used, measured every 5 seconds, the oldest first.</summary>
    /// <param name="start">The earliest moment, to the second; <see langword="null"/> means the beginning.</param>
    /// <param name="end">The latest moment, to the second; <see langword="null"/> means now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// Fewer than 1000 samples: from an hour on they are put together. Those of an ended sandbox stay for a time; of a
    /// sandbox that nobody knows, and in debug mode, there are none.
    /// </returns>
    /// <exception cref="E2BInvalidArgumentException"><paramref name="end"/> is before <paramref name="start"/>.</exception>
    public Task<IReadOnlyList<SandboxMetric>> GetMetricsAsync(
        DateTimeOffset? start = null, DateTimeOffset? end = null, CancellationToken cancellationToken = default) => start > end
            ? throw new E2BInvalidArgumentException("The end is before the start.")
            : Client.Sandboxes.ReadMetricsAsync(SandboxId, start, end, cancellationToken);

    /// <summary>What the sandbox uses, as it is measured, until the sandbox is gone. A paused one is waited for.</summary>
    /// <param name="start">The moment to begin with; <see langword="null"/> means the newest measurement.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<SandboxMetric> FollowMetricsAsync(DateTimeOffset? start = null, CancellationToken cancellationToken = default) =>
        new MetricFollowing(Client.Sandboxes, Client.Connection, SandboxId).RunAsync(start, cancellationToken);

    /// <summary>What happened to the sandbox and in it, in order. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="options">Which entries; <see langword="null"/> means all, the oldest first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The log of an ended sandbox stays for a time; of a sandbox that nobody knows, and in debug mode, it is empty.</returns>
    /// <exception cref="E2BInvalidArgumentException">An option is out of its range.</exception>
    public IAsyncEnumerable<SandboxLogEntry> GetLogsAsync(SandboxLogOptions? options = null, CancellationToken cancellationToken = default) =>
        Reading(options).ReadAsync(cancellationToken);

    /// <summary>The same, and then what comes, asked for every second, until the sandbox is gone. Always the oldest first.</summary>
    /// <param name="options">Which entries; <see langword="null"/> means all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <remarks>An entry that reaches the service after newer ones is not told.</remarks>
    /// <exception cref="E2BInvalidArgumentException">An option is out of its range.</exception>
    public IAsyncEnumerable<SandboxLogEntry> FollowLogsAsync(SandboxLogOptions? options = null, CancellationToken cancellationToken = default) =>
        Reading(options).FollowAsync(cancellationToken);

    private LogReading Reading(SandboxLogOptions? options) =>
        new(Client.Sandboxes, Client.Connection, SandboxId, options ?? new SandboxLogOptions());
}
