namespace E2B.LocalServer.ControlPlane;

/// <summary>Measures all running sandboxes every 5 s. Paused ones use nothing, and nothing is asked of them.</summary>
internal sealed class MetricsSampler : IDisposable
{
    private readonly SandboxRegistry _sandboxes;
    private readonly LoadHistory _load;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;

    public MetricsSampler(SandboxRegistry sandboxes, LoadHistory load, TimeProvider clock)
    {
        (_sandboxes, _load, _clock) = (sandboxes, load, clock);
        _timer = clock.CreateTimer(static state => ((MetricsSampler)state!).Sample(), this, MetricsHistory.Interval, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();

    private void Sample()
    {
        foreach (Sandbox sandbox in _sandboxes.All.Where(one => one.Phase.State == SandboxState.Running))
        {
            sandbox.Meter.Sample(sandbox, Times.ToMicrosecond(_clock.GetUtcNow()));
        }

        _load.Add(Times.ToMicrosecond(_clock.GetUtcNow()), _sandboxes.Running.Count());

        // Not a period: on a machine so busy that a round takes its time, rounds must not pile up.
        _timer.Change(MetricsHistory.Interval, Timeout.InfiniteTimeSpan);
    }
}
