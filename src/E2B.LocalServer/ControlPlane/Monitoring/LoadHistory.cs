namespace E2B.LocalServer.ControlPlane;

/// <summary>How much ran at one moment.</summary>
/// <param name="Time">When.</param>
/// <param name="Running">Running sandboxes.</param>
/// <param name="StartRate">Sandboxes started a second, since the sample before.</param>
internal sealed record LoadSample(DateTimeOffset Time, int Running, double StartRate);

/// <summary>How much ran since the server started, a day of it.</summary>
internal sealed class LoadHistory
{
    private static readonly int _most = (int)(TimeSpan.FromDays(1) / MetricsHistory.Interval);
    private readonly Queue<LoadSample> _samples = new();
    private DateTimeOffset? _last;
    private int _started;
    private long _successes;
    private long _failures;

    /// <summary>How many sandboxes were started since the server was.</summary>
    public long Successes => Interlocked.Read(ref _successes);

    /// <summary>How many could not be.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>A sandbox was started.</summary>
    public void NoteStart()
    {
        Interlocked.Increment(ref _started);
        Interlocked.Increment(ref _successes);
    }

    /// <summary>One could not be started.</summary>
    public void NoteFailure() => Interlocked.Increment(ref _failures);

    /// <summary>Takes a sample.</summary>
    public void Add(DateTimeOffset now, int running)
    {
        lock (_samples)
        {
            TimeSpan since = _last is { } last && now > last ? now - last : MetricsHistory.Interval;
            _samples.Enqueue(new LoadSample(now, running, Interlocked.Exchange(ref _started, 0) / since.TotalSeconds));
            _last = now;
            if (_samples.Count > _most)
            {
                _samples.Dequeue();
            }
        }
    }

    /// <summary>What was between two moments, the highest values of each step, which grows with the time between.</summary>
    public IReadOnlyList<LoadSample> Read(DateTimeOffset start, DateTimeOffset end)
    {
        TimeSpan step = MetricsHistory.Step(end - start);
        lock (_samples)
        {
            return
            [
                .. _samples
                    .Where(one => one.Time >= start && one.Time <= end)
                    .GroupBy(one => MetricsHistory.Floor(one.Time, step))
                    .Select(group => new LoadSample(group.Key, group.Max(one => one.Running), group.Max(one => one.StartRate))),
            ];
        }
    }
}
