using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using E2B.LocalServer.Edge;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The running sandboxes: makes them, finds them, and ends each at its time.</summary>
internal sealed class SandboxRegistry : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Sandbox> _sandboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _endings = new();
    private readonly ISandboxHost _host;
    private readonly TimeProvider _clock;
    private readonly Action<string> _log;
    private readonly ITimer _timer;
    private readonly Lock _lifetimes = new(); // guards every EndAt, _timer and _closed
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _closed;

    public SandboxRegistry(ISandboxHost host, TimeProvider clock, Action<string> log)
    {
        _host = host;
        _clock = clock;
        _log = log;
        _timer = clock.CreateTimer(static state => ((SandboxRegistry)state!).EndExpired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IEnumerable<Sandbox> Running => _sandboxes.Values;

    public bool TryGet(string id, [NotNullWhen(true)] out Sandbox? sandbox) => _sandboxes.TryGetValue(id, out sandbox);

    /// <summary>Starts a sandbox and makes it somebody's.</summary>
    /// <exception cref="ApiException">It could not be started; nothing of it is left.</exception>
    public async Task<Sandbox> CreateAsync(SandboxOrder order, CancellationToken cancellationToken)
    {
        if (_closed)
        {
            throw Closing();
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        string id = SandboxId.New();
        string? token = order.Secure ? RandomNumberGenerator.GetHexString(64, lowercase: true) : null;

        IHostedSandbox hosted;
        try
        {
            hosted = await _host.TakeAsync(order.Template.Limits, either.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw _closed ? Closing() : Failed(e);
        }

        var agent = new AgentConnections(hosted.ConnectAgentAsync, _clock);
        try
        {
            await AgentHandshake.RunAsync(agent, id, order, token, _clock, either.Token);

            // To the microsecond, as the cloud keeps it: a page's token and `startedAfter` compare equal then.
            DateTimeOffset now = _clock.GetUtcNow();
            now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
            var sandbox = new Sandbox(id, order, token, hosted, agent, now);
            lock (_lifetimes)
            {
                if (_closed)
                {
                    throw Closing();
                }

                _sandboxes[id] = sandbox;
                Reschedule();
            }

            _ = EndWithHostAsync(sandbox);
            return sandbox;
        }
        catch (Exception e)
        {
            agent.Dispose();
            await hosted.DisposeAsync();
            if (e is ApiException || cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            throw _closed ? Closing() : Failed(e);
        }
    }

    /// <summary>Moves a sandbox's end to so much from now, and not beyond its longest lifetime.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="lifetime">From now.</param>
    /// <param name="allowShorter">Whether the end may move nearer; otherwise it only moves away.</param>
    public Sandbox SetLifetime(string id, TimeSpan lifetime, bool allowShorter)
    {
        Sandbox? sandbox;
        lock (_lifetimes)
        {
            if (!_sandboxes.TryGetValue(id, out sandbox))
            {
                throw ApiException.SandboxNotFound(id);
            }

            DateTimeOffset end = _clock.GetUtcNow() + lifetime;
            DateTimeOffset last = sandbox.StartedAt + ServerFacts.MaxLifetime;
            end = end < last ? end : last;
            if (allowShorter || end > sandbox.EndAt)
            {
                sandbox.EndAt = end;
                Reschedule();
            }
        }

        return sandbox;
    }

    /// <summary>Ends a sandbox. From the first moment on nobody finds it any more.</summary>
    /// <returns><see langword="false"/> when there was none.</returns>
    public async Task<bool> KillAsync(string id)
    {
        if (!_sandboxes.TryRemove(id, out Sandbox? sandbox))
        {
            return false;
        }

        await sandbox.DisposeAsync();
        return true;
    }

    /// <summary>Ends all of them at once; no new ones from now on.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lifetimes)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _timer.Dispose();
        }

        await _closing.CancelAsync();
        await Task.WhenAll(_sandboxes.Keys.Select(KillLoggedAsync).Concat(_endings.Keys));
    }

    private static ApiException Closing() => new(StatusCodes.Status503ServiceUnavailable, "the server is stopping");

    private static ApiException Failed(Exception cause) =>
        new(StatusCodes.Status500InternalServerError, $"The sandbox could not be started: {cause.Message}", cause);

    private async Task EndWithHostAsync(Sandbox sandbox)
    {
        await sandbox.Exited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KillLoggedAsync(sandbox.Id);
    }

    private async Task KillLoggedAsync(string id)
    {
        try
        {
            await KillAsync(id);
        }
        catch (Exception e)
        {
            _log($"sandbox {id} did not end cleanly: {e.Message}");
        }
    }

    private void EndExpired()
    {
        lock (_lifetimes)
        {
            if (_closed)
            {
                return;
            }

            DateTimeOffset now = _clock.GetUtcNow();
            foreach (Sandbox sandbox in _sandboxes.Values.Where(one => one.EndAt <= now))
            {
                // Only taking it out happens under the lock; the rest of the ending must not hold anybody up.
                if (_sandboxes.TryRemove(sandbox.Id, out _))
                {
                    Task ending = Task.Run(() => DisposeLoggedAsync(sandbox));
                    _endings[ending] = true;
                    _ = ending.ContinueWith(done => _endings.TryRemove(done, out _), TaskScheduler.Default);
                }
            }

            Reschedule();
        }
    }

    private async Task DisposeLoggedAsync(Sandbox sandbox)
    {
        try
        {
            await sandbox.DisposeAsync();
        }
        catch (Exception e)
        {
            _log($"sandbox {sandbox.Id} did not end cleanly: {e.Message}");
        }
    }

    // One timer for all, set to the nearest end. A machine has tens of sandboxes, so looking through them costs nothing.
    private void Reschedule()
    {
        DateTimeOffset next = DateTimeOffset.MaxValue;
        foreach ((_, Sandbox sandbox) in _sandboxes)
        {
            next = sandbox.EndAt < next ? sandbox.EndAt : next;
        }

        TimeSpan wait = next == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : next - _clock.GetUtcNow();
        if (wait != Timeout.InfiniteTimeSpan)
        {
            // Rounded up: a timer counts whole milliseconds and must not fire before the end.
            wait = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
        }

        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
