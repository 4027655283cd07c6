namespace E2B.LocalServer.Runtime;

/// <summary>
/// Keeps a few sandboxes of one kind started and their agents ready, since that takes most of the time of a start. It is
/// filled again one at a time, and only while nobody waits for a sandbox.
/// </summary>
public sealed class SandboxPool : IAsyncDisposable
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _longestProbe = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestAgentStart = TimeSpan.FromSeconds(30);

    private readonly SandboxRuntime _runtime;
    private readonly ILogger _log;
    private readonly SandboxSpec _spec;
    private readonly Queue<RunningSandbox> _ready = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _taken = new(0);
    private readonly PoolTraffic _traffic;
    private readonly SemaphoreSlim _turns;
    private readonly Func<RunningSandbox, CancellationToken, Task>? _waitUntilReady;
    private readonly Task _filling;
    private Task? _end;
    private volatile bool _wanted;

    /// <summary>A pool of base sandboxes, filled from the beginning.</summary>
    public SandboxPool(SandboxRuntime runtime, ILogger log)
        : this(runtime, log, new PoolTraffic())
    {
    }

    /// <inheritdoc cref="SandboxPool(SandboxRuntime, ILogger)"/>
    internal SandboxPool(SandboxRuntime runtime, ILogger log, PoolTraffic traffic)
        : this(runtime, log, traffic, new SandboxSpec { Limits = runtime.Options.DefaultLimits }, onDemand: false)
    {
    }

    /// <summary>A pool of a kind of sandboxes.</summary>
    /// <param name="runtime">What starts them.</param>
    /// <param name="log">Where it is said what went wrong in the background.</param>
    /// <param name="traffic">Who else waits for sandboxes.</param>
    /// <param name="spec">The kind.</param>
    /// <param name="onDemand">Whether it is filled only after the first was asked for: most servers never have one of these.</param>
    /// <param name="mostStartsAtOnce">How many are started at a time; more creates wait for their turn.</param>
    /// <param name="waitUntilReady">What a start waits for besides the agent, before it is the next one's turn.</param>
    internal SandboxPool(
        SandboxRuntime runtime, ILogger log, PoolTraffic traffic, SandboxSpec spec, bool onDemand,
        int mostStartsAtOnce = int.MaxValue, Func<RunningSandbox, CancellationToken, Task>? waitUntilReady = null)
    {
        _runtime = runtime;
        _log = log;
        _traffic = traffic;
        _spec = spec;
        _wanted = !onDemand;
        _turns = new SemaphoreSlim(mostStartsAtOnce);
        _waitUntilReady = waitUntilReady;
        _filling = Task.Run(FillAsync);
    }

    /// <summary>Whether its sandboxes are of this kind.</summary>
    internal bool Has(SandboxSpec spec) => spec.IsSameAs(_spec);

    /// <summary>How many sandboxes wait at the moment.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _ready.Count;
            }
        }
    }

    /// <summary>A sandbox whose agent serves: a waiting one if it is of this kind and well, otherwise a new one.</summary>
    public async Task<RunningSandbox> TakeAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        using IDisposable visit = _traffic.Enter();
        if (!_wanted && Has(spec))
        {
            _wanted = true;
            _taken.Release();
        }

        while (Has(spec) && Next() is { } waiting)
        {
            _taken.Release();
            if (await IsWellAsync(waiting) && !cancellationToken.IsCancellationRequested)
            {
                return waiting;
            }

            _ = DisposeQuietlyAsync(waiting);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await StartAsync(spec, cancellationToken);
    }

    /// <summary>Ends the waiting sandboxes.</summary>
    public async ValueTask DisposeAsync()
    {
        Task end;
        lock (_lock)
        {
            end = _end ??= Task.Run(EndAsync);
        }

        await end;
    }

    private async Task EndAsync()
    {
        await _stopping.CancelAsync();
        await _filling;
        var left = new List<Task>();
        while (Next() is { } sandbox)
        {
            left.Add(DisposeQuietlyAsync(sandbox));
        }

        await Task.WhenAll(left);
        _stopping.Dispose();
    }

    private async Task<RunningSandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await StartNowAsync(spec, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<RunningSandbox> StartNowAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var sandbox = await _runtime.StartAsync(spec, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_longestAgentStart);
        try
        {
            await sandbox.WaitForAgentAsync(limit.Token);
            if (_waitUntilReady is not null)
            {
                await _waitUntilReady(sandbox, cancellationToken);
            }

            return sandbox;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var output = sandbox.AgentOutput.Trim();
            await DisposeQuietlyAsync(sandbox);
            throw new SandboxException(
                $"The agent of sandbox {sandbox.ContainerId} was not ready after {_longestAgentStart.TotalSeconds} s. It wrote: {output}");
        }
        catch
        {
            await DisposeQuietlyAsync(sandbox);
            throw;
        }
    }

    private async Task FillAsync()
    {
        var stopping = _stopping.Token;
        try
        {
            while (true)
            {
                if (!_wanted || Count >= _runtime.Options.PoolSize)
                {
                    await _taken.WaitAsync(stopping);
                    continue;
                }

                await _traffic.WaitForQuietAsync(stopping);
                await AddAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task AddAsync(CancellationToken stopping)
    {
        try
        {
            var sandbox = await StartAsync(_spec, stopping);
            lock (_lock)
            {
                _ready.Enqueue(sandbox);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _log.LogWarning(error, "A sandbox to wait for the next create could not be started.");
            await Task.Delay(_pauseAfterFailure, stopping);
        }
    }

    private static async Task<bool> IsWellAsync(RunningSandbox sandbox)
    {
        using var limit = new CancellationTokenSource(_longestProbe);
        try
        {
            return !sandbox.Exited.IsCompleted && await sandbox.IsAgentHealthyAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private RunningSandbox? Next()
    {
        lock (_lock)
        {
            return _ready.TryDequeue(out var sandbox) ? sandbox : null;
        }
    }

    private async Task DisposeQuietlyAsync(RunningSandbox sandbox)
    {
        try
        {
            await sandbox.DisposeAsync();
        }
        catch (SandboxException error)
        {
            _log.LogWarning(error, "A waiting sandbox could not be removed whole.");
        }
    }
}
