namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// A sandbox's samples. The last hour is kept as it was measured, and of the last day the highest values of each
/// minute: at most 2160 samples.
/// </summary>
internal sealed class MetricsHistory
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);
    private readonly Queue<MetricSample> _recent = new();
    private readonly Queue<MetricSample> _minutes = new();
    private MetricSample? _open;

    /// <summary>How often a sandbox is measured, as in the cloud.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public MetricSample? Latest { get; private set; }

    public void Add(MetricSample sample)
    {
        lock (_recent)
        {
            Latest = sample;
            Enqueue(_recent, sample, (int)(TimeSpan.FromHours(1) / Interval));
            DateTimeOffset minute = Floor(sample.Time, _minute);
            if (_open is { } open && open.Time != minute)
            {
                Enqueue(_minutes, open, (int)(TimeSpan.FromDays(1) / _minute));
                _open = null;
            }

            _open = MetricSample.Highest(minute, sample, _open ?? sample);
        }
    }

    /// <summary>What was measured between two moments, both included, in steps that grow with the time between.</summary>
    /// <param name="from">The earliest; the beginning without it.</param>
    /// <param name="to">The latest; the end without it.</param>
    public IReadOnlyList<MetricSample> Read(DateTimeOffset? from, DateTimeOffset? to)
    {
        List<MetricSample> all;
        lock (_recent)
        {
            DateTimeOffset fine = _recent.Count > 0 ? _recent.Peek().Time : DateTimeOffset.MaxValue;
            all = [.. _minutes.Where(minute => minute.Time + _minute <= fine), .. _recent];
        }

        if (all.Count == 0)
        {
            return [];
        }

        DateTimeOffset start = from ?? all[0].Time;
        DateTimeOffset end = to ?? all[^1].Time;
        TimeSpan step = Step(end - start);
        return
        [
            .. all
                .Where(sample => sample.Time >= start && sample.Time <= end)
                .GroupBy(sample => Floor(sample.Time, step))
                .Select(group => group.Aggregate(group.First() with { Time = group.Key }, (a, b) => MetricSample.Highest(group.Key, a, b))),
        ];
    }

    /// <summary>The cloud's steps: fewer than 1000 samples, whatever the time.</summary>
    internal static TimeSpan Step(TimeSpan duration) => duration.TotalHours switch
    {
        < 1 => Interval,
        < 6 => TimeSpan.FromSeconds(30),
        < 12 => _minute,
        < 24 => TimeSpan.FromMinutes(2),
        < 7 * 24 => TimeSpan.FromMinutes(5),
        _ => TimeSpan.FromMinutes(15),
    };

    internal static DateTimeOffset Floor(DateTimeOffset time, TimeSpan step) => time.AddTicks(-(time.UtcTicks % step.Ticks));

    private static void Enqueue(Queue<MetricSample> queue, MetricSample sample, int most)
    {
        queue.Enqueue(sample);
        if (queue.Count > most)
        {
            queue.Dequeue();
        }
    }
}
