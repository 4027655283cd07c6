namespace E2B.LocalServer.Runtime;

/// <summary>
/// Keeps a few base sandboxes started and their agents ready, since that takes most of the time of a start. It is
/// filled again one at a time, and only while nobody waits for a sandbox.
/// </summary>
public sealed class SandboxPool : IAsyncDisposable
{
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(150);
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
    private readonly Task _filling;
    private Task? _end;
    private long _lastForeground;
    private int _foreground;

    public SandboxPool(SandboxRuntime runtime, ILogger log)
    {
        _runtime = runtime;
        _log = log;
        _spec = new SandboxSpec { Limits = runtime.Options.DefaultLimits };
        _filling = Task.Run(FillAsync);
    }

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
        Interlocked.Increment(ref _foreground);
        try
        {
            while (spec.IsSameAs(_spec) && Next() is { } waiting)
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
        finally
        {
            Volatile.Write(ref _lastForeground, Environment.TickCount64);
            Interlocked.Decrement(ref _foreground);
        }
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
        var sandbox = await _runtime.StartAsync(spec, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_longestAgentStart);
        try
        {
            await sandbox.WaitForAgentAsync(limit.Token);
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
                if (Count >= _runtime.Options.PoolSize)
                {
                    await _taken.WaitAsync(stopping);
                    continue;
                }

                await WaitForQuietAsync(stopping);
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

    private async Task WaitForQuietAsync(CancellationToken stopping)
    {
        while (Volatile.Read(ref _foreground) > 0 || Environment.TickCount64 - Volatile.Read(ref _lastForeground) < _quiet.TotalMilliseconds)
        {
            await Task.Delay(20, stopping);
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
