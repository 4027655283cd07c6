namespace E2B.LocalServer.Runtime;

/// <summary>Who waits for a sandbox at the moment, of whatever kind: pools are filled while nobody does.</summary>
internal sealed class PoolTraffic
{
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(150);
    private long _last;
    private int _waiting;

    /// <summary>Somebody waits, until this is disposed of.</summary>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _waiting);
        return new Visit(this);
    }

    /// <summary>Waits until nobody has been waiting for a while.</summary>
    public async Task WaitForQuietAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _waiting) > 0 || Environment.TickCount64 - Volatile.Read(ref _last) < _quiet.TotalMilliseconds)
        {
            await Task.Delay(20, cancellationToken);
        }
    }

    private sealed class Visit(PoolTraffic traffic) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref traffic._last, Environment.TickCount64);
            Interlocked.Decrement(ref traffic._waiting);
        }
    }
}
