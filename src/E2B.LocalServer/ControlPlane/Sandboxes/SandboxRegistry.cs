using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using E2B.LocalServer.Hosting;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The sandboxes, running and paused: makes them, finds them, and tells when each one's time is over.</summary>
internal sealed class SandboxRegistry : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Sandbox> _sandboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private readonly SandboxStarter _starter;
    private readonly SavedData _saved;
    private readonly PastSandboxes _past;
    private readonly TemplateUse _use;
    private readonly LoadHistory _load;
    private readonly TimeProvider _clock;
    private readonly Action<string> _log;
    private readonly ServerLog? _events;
    private readonly ITimer _timer;
    private readonly Lock _phases = new(); // guards every Phase and Changing, _timer and _closed
    private readonly CancellationTokenSource _closing = new();
    private volatile bool _closed;

    public SandboxRegistry(
        SandboxStarter starter, SavedData saved, PastSandboxes past, TemplateUse use, LoadHistory load, TimeProvider clock, Action<string> log, ServerLog? events = null)
    {
        (_starter, _saved, _past, _use, _load, _clock, _log, _events) = (starter, saved, past, use, load, clock, log, events);
        _timer = clock.CreateTimer(static state => ((SandboxRegistry)state!).EndExpired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        foreach (SavedSandbox one in saved.LoadPaused())
        {
            Restore(one);
        }
    }

    /// <summary>Pauses a sandbox whose time is over. It is already <see cref="SandboxState.Pausing"/>, and the change is the callee's to end.</summary>
    public Func<Sandbox, StateChange, Task> PauseExpired { get; set; } = static (_, change) => Task.Run(change.Dispose);

    public IEnumerable<Sandbox> All => _sandboxes.Values;

    public IEnumerable<Sandbox> Running => All.Where(one => one.Phase.IsRunning);

    private DateTimeOffset Now => Times.ToMicrosecond(_clock.GetUtcNow());

    public bool TryGet(string id, [NotNullWhen(true)] out Sandbox? sandbox) => _sandboxes.TryGetValue(id, out sandbox);

    /// <exception cref="ApiException">404.</exception>
    public Sandbox Get(string id) => TryGet(id, out Sandbox? sandbox) ? sandbox : throw ApiException.SandboxNotFound(id);

    /// <summary>Starts a sandbox and makes it somebody's.</summary>
    /// <exception cref="ApiException">It could not be started; nothing of it is left.</exception>
    public async Task<Sandbox> CreateAsync(SandboxOrder order, CancellationToken cancellationToken)
    {
        if (!_saved.Snapshots.TryHold(order.Template))
        {
            throw new ApiException(StatusCodes.Status404NotFound, $"template '{order.Template.Id}' not found");
        }

        var phase = SandboxPhase.Begun(Now, order.Lifetime);
        var sandbox = new Sandbox(SandboxId.New(), order, order.Secure ? RandomNumberGenerator.GetHexString(64, lowercase: true) : null, phase, _clock);
        _events?.Follow(sandbox);
        sandbox.Log.Debug("Started creating sandbox");
        try
        {
            sandbox.Open(await StartAsync(sandbox, disk: null, cancellationToken));
            Enter(sandbox, order.Lifetime);
            _use.Add(order.Template.Id, Now);
            _load.NoteStart();
            return sandbox;
        }
        catch
        {
            _load.NoteFailure();
            await sandbox.DropHostedAsync();
            await _saved.Layers.ReleaseAsync(order.Template.Layers);
            throw;
        }
    }

    /// <summary>Starts what a sandbox is to run in.</summary>
    /// <exception cref="ApiException">500, or 503 when the server is stopping.</exception>
    public async Task<IHostedSandbox> StartAsync(Sandbox sandbox, string? disk, CancellationToken cancellationToken)
    {
        if (_closed)
        {
            throw Closing();
        }

        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token, sandbox.Gone);
        try
        {
            return await _starter.StartAsync(sandbox.Id, sandbox.Order, sandbox.AccessToken, disk, sandbox.Log, any.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw _closed ? Closing() :
                sandbox.Gone.IsCancellationRequested ? ApiException.SandboxNotFound(sandbox.Id) :
                e as ApiException ??
                new ApiException(StatusCodes.Status500InternalServerError, $"The sandbox could not be started: {e.Message}", e);
        }
    }

    /// <summary>Moves a running sandbox's end to so much from now, and not beyond its longest lifetime.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="lifetime">From now.</param>
    /// <param name="allowShorter">Whether the end may move nearer; otherwise it only moves away.</param>
    /// <exception cref="ApiException">404: there is none, or it is paused.</exception>
    public void SetLifetime(string id, TimeSpan lifetime, bool allowShorter)
    {
        Sandbox sandbox = Get(id);
        if (!TrySetLifetime(sandbox, lifetime, allowShorter))
        {
            throw sandbox.Phase.State == SandboxState.Pausing
                ? new ApiException(StatusCodes.Status409Conflict, $"Sandbox \"{id}\" is being paused")
                : ApiException.SandboxNotFound(id);
        }
    }

    /// <summary>The same for a sandbox at hand.</summary>
    /// <returns><see langword="false"/> when it does not run.</returns>
    public bool TrySetLifetime(Sandbox sandbox, TimeSpan lifetime, bool allowShorter)
    {
        lock (_phases)
        {
            SandboxPhase phase = sandbox.Phase;
            if (!phase.IsRunning)
            {
                return false;
            }

            DateTimeOffset end = Now + lifetime;
            DateTimeOffset last = phase.StartedAt + ServerFacts.MaxLifetime;
            end = end < last ? end : last;
            if (allowShorter || end > phase.EndAt)
            {
                sandbox.Phase = phase with { EndAt = end };
                Reschedule();
            }

            return true;
        }
    }

    /// <summary>Begins to change a sandbox's state, if it is in the one expected.</summary>
    /// <returns><see langword="null"/> when it is in another.</returns>
    public StateChange? TryBegin(Sandbox sandbox, SandboxState from, SandboxState to)
    {
        lock (_phases)
        {
            if (_closed || sandbox.Phase.State != from || !sandbox.Changing.IsCompleted)
            {
                return _closed ? throw Closing() : null;
            }

            var change = new StateChange(sandbox, from, SetPhase);
            sandbox.Phase = sandbox.Phase with { State = to };
            sandbox.Changing = change.Done;
            return change;
        }
    }

    /// <summary>Ends a sandbox, running or paused. From the first moment on nobody finds it any more.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="reason">Why, for its log.</param>
    /// <returns><see langword="false"/> when there was none.</returns>
    public async Task<bool> KillAsync(string id, string reason)
    {
        if (!TryTakeOut(id, out Sandbox? sandbox))
        {
            return false;
        }

        sandbox.Log.Info("Killing sandbox", new KeyValuePair<string, string>("kill_reason", reason));
        await EndAsync(sandbox);
        return true;
    }

    /// <summary>Does something beside the requests. The server's end waits for it.</summary>
    public void InBackground(string what, Func<Task> work)
    {
        Task task = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (Exception e)
            {
                _log($"{what}: {e.Message}");
            }
        });
        _background[task] = true;
        _ = task.ContinueWith(done => _background.TryRemove(done, out _), TaskScheduler.Default);
    }

    /// <summary>Watches what a sandbox runs in: when that ends by itself, so does the sandbox, or the memory of a paused one.</summary>
    public void Watch(Sandbox sandbox) => _ = WatchAsync(sandbox, sandbox.Hosted!);

    /// <summary>Ends all that run, and lets go of those that are paused; no new ones from now on.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_phases)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _timer.Dispose();
        }

        await _closing.CancelAsync();
        await Task.WhenAll(_sandboxes.Values.Select(CloseAsync).Concat(_background.Keys));
    }

    private static ApiException Closing() => new(StatusCodes.Status503ServiceUnavailable, "the server is stopping");

    private void Enter(Sandbox sandbox, TimeSpan lifetime)
    {
        lock (_phases)
        {
            if (_closed)
            {
                throw Closing();
            }

            sandbox.Phase = SandboxPhase.Begun(Now, lifetime);
            _sandboxes[sandbox.Id] = sandbox;
            Reschedule();
        }

        _events?.Write(Microsoft.Extensions.Logging.LogLevel.Debug, "Sandbox runs", sandbox.Id, new KeyValuePair<string, string>("container", sandbox.Hosted?.Name ?? string.Empty));
        sandbox.Log.Info("Sandbox created", new KeyValuePair<string, string>("end_time", Times.InLog(sandbox.Phase.EndAt)));
        sandbox.Meter.Begin(sandbox, Now);
        Watch(sandbox);
    }

    private void Restore(SavedSandbox saved)
    {
        var phase = new SandboxPhase(SandboxState.Paused, saved.StartedAt, saved.PausedAt);
        var sandbox = new Sandbox(saved.Id, saved.Order, saved.AccessToken, phase, _clock);
        _events?.Follow(sandbox);
        if (!saved.FilesOnly)
        {
            sandbox.Log.Warn("The server was restarted: the paused sandbox has its files, but its processes and memory are lost");
        }

        _sandboxes[saved.Id] = sandbox;
    }

    private async Task WatchAsync(Sandbox sandbox, IHostedSandbox hosted)
    {
        await hosted.Exited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sandbox.Changing;
        if (!ReferenceEquals(sandbox.Hosted, hosted) || _closed)
        {
            return;
        }

        if (sandbox.Phase.State == SandboxState.Paused)
        {
            sandbox.Log.Warn("The paused sandbox's processes were ended from outside: it has its files, but its memory is lost");
            InBackground($"sandbox {sandbox.Id} did not end cleanly", sandbox.DropHostedAsync);
        }
        else if (sandbox.Phase.State != SandboxState.Ended)
        {
            InBackground($"sandbox {sandbox.Id} did not end cleanly", () => KillAsync(sandbox.Id, "its agent ended"));
        }
    }

    private bool TryTakeOut(string id, [NotNullWhen(true)] out Sandbox? sandbox)
    {
        lock (_phases)
        {
            if (!_sandboxes.TryRemove(id, out sandbox))
            {
                return false;
            }

            sandbox.Phase = sandbox.Phase with { State = SandboxState.Ended };
            return true;
        }
    }

    private async Task EndAsync(Sandbox sandbox)
    {
        await sandbox.GoAsync();
        sandbox.Close();
        await sandbox.Changing;
        try
        {
            await sandbox.DropHostedAsync();
        }
        finally
        {
            _saved.Paused.Remove(sandbox.Id);
            await _saved.Layers.ReleaseAsync(sandbox.Order.Template.Layers);
            sandbox.Log.Info("Sandbox stopped");
            _past.Add(sandbox);
        }
    }

    private async Task CloseAsync(Sandbox sandbox)
    {
        try
        {
            // What is on its way to a pause arrives there, and what is paused stays saved. The rest is broken off.
            if (!sandbox.Phase.IsRunning)
            {
                await sandbox.Changing;
            }

            if (sandbox.Phase.State == SandboxState.Paused)
            {
                await sandbox.DropHostedAsync();
            }
            else
            {
                await KillAsync(sandbox.Id, "the server stops");
            }
        }
        catch (Exception e)
        {
            _log($"sandbox {sandbox.Id} did not end cleanly: {e.Message}");
        }
    }

    private void SetPhase(Sandbox sandbox, Func<SandboxPhase, SandboxPhase> next)
    {
        lock (_phases)
        {
            if (sandbox.Phase.State != SandboxState.Ended)
            {
                sandbox.Phase = next(sandbox.Phase);
                Reschedule();
            }
        }
    }

    private void EndExpired()
    {
        lock (_phases)
        {
            if (_closed)
            {
                return;
            }

            DateTimeOffset now = _clock.GetUtcNow();
            foreach (Sandbox sandbox in Running.Where(one => one.Phase.State == SandboxState.Running && one.Phase.EndAt <= now))
            {
                // Only the first step happens under the lock, so that from this moment on nobody finds it running; the
                // rest must not hold anybody up.
                if (sandbox.Order.AutoPause)
                {
                    if (TryBegin(sandbox, SandboxState.Running, SandboxState.Pausing) is { } change)
                    {
                        InBackground($"sandbox {sandbox.Id} could not be paused at the end of its lifetime", () => PauseExpired(sandbox, change));
                    }
                }
                else if (TryTakeOut(sandbox.Id, out _))
                {
                    sandbox.Log.Info("Killing sandbox", new KeyValuePair<string, string>("kill_reason", "timeout"));
                    InBackground($"sandbox {sandbox.Id} did not end cleanly", () => EndAsync(sandbox));
                }
            }

            Reschedule();
        }
    }

    // One timer for all, set to the nearest end. A machine has tens of sandboxes, so looking through them costs nothing.
    private void Reschedule()
    {
        if (_closed)
        {
            return;
        }

        DateTimeOffset next = DateTimeOffset.MaxValue;
        foreach ((_, Sandbox sandbox) in _sandboxes)
        {
            SandboxPhase phase = sandbox.Phase;
            next = phase.State == SandboxState.Running && phase.EndAt < next ? phase.EndAt : next;
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
