using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>One line of a build's log, as it is kept and as clients are told.</summary>
/// <param name="Timestamp">Each later than the one before.</param>
/// <param name="Message">What happened, or what a command wrote.</param>
/// <param name="Level">How much it matters, as the API names it.</param>
/// <param name="Step">The step it belongs to.</param>
internal sealed record BuildLogEntry(DateTimeOffset Timestamp, string Message, string Level, string? Step);

/// <summary>
/// What happened in a build, and what its commands wrote. What is beyond 20 000 entries or 8 MiB is left out, but for
/// how it ended.
/// </summary>
internal sealed class BuildLog(TimeProvider clock)
{
    private const int MostEntries = 20_000;
    private const int MostBytes = 8 * 1024 * 1024;
    private const int LongestLine = 16 * 1024;
    private readonly List<BuildLogEntry> _entries = [];
    private DateTimeOffset _last;
    private int _bytes;
    private bool _full;

    /// <summary>A log that was kept.</summary>
    public BuildLog(TimeProvider clock, IEnumerable<BuildLogEntry> entries)
        : this(clock)
    {
        _entries.AddRange(entries);
        _last = _entries.Count > 0 ? _entries[^1].Timestamp : default;
    }

    public IReadOnlyList<BuildLogEntry> All
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Adds an entry.</summary>
    /// <param name="level">How much it matters.</param>
    /// <param name="message">What happened.</param>
    /// <param name="step">Whose it is.</param>
    /// <param name="isLast">Keep it also when the log is full.</param>
    public void Write(LogLevel level, string message, string? step = null, bool isLast = false)
    {
        lock (_entries)
        {
            bool fits = _entries.Count < MostEntries && _bytes < MostBytes;
            if (!fits && !_full)
            {
                _full = true;
                Add(LogLevel.Warn, "The log is full: what the build writes from here on is left out", step);
            }

            if (fits || isLast)
            {
                Add(level, message.Length > LongestLine ? message[..LongestLine] + "…" : message, step);
            }
        }
    }

    /// <summary>A part of the log, the oldest first.</summary>
    /// <param name="least">The lowest level.</param>
    /// <param name="offset">How many of them to pass over.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<BuildLogEntry> Read(LogLevel least, int offset, int limit) => [.. At(least).Skip(offset).Take(limit)];

    /// <summary>A part of the log from a time on, or back from it.</summary>
    /// <param name="least">The lowest level.</param>
    /// <param name="cursor">The time, itself included; the log's beginning or end without.</param>
    /// <param name="newestFirst">Whether to go back.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<BuildLogEntry> Read(LogLevel least, DateTimeOffset? cursor, bool newestFirst, int limit)
    {
        IEnumerable<BuildLogEntry> entries = At(least);
        return newestFirst
            ? [.. entries.Reverse().Where(one => cursor is null || one.Timestamp <= cursor).Take(limit)]
            : [.. entries.Where(one => cursor is null || one.Timestamp >= cursor).Take(limit)];
    }

    private IEnumerable<BuildLogEntry> At(LogLevel least) => All.Where(one => Enum.Parse<LogLevel>(one.Level, ignoreCase: true) >= least);

    private void Add(LogLevel level, string message, string? step)
    {
        DateTimeOffset now = Times.ToMicrosecond(clock.GetUtcNow());
        _last = now > _last ? now : _last.AddTicks(TimeSpan.TicksPerMicrosecond);
        _entries.Add(new BuildLogEntry(_last, message, level.ToString().ToLowerInvariant(), step));
        _bytes += Encoding.UTF8.GetByteCount(message) + 64;
    }
}
