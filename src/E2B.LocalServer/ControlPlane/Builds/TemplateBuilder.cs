using System.Collections.Concurrent;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Runs builds, a few at a time, whoever asked for them and whether they are still there.</summary>
internal sealed class TemplateBuilder : IAsyncDisposable
{
    private const int AtOnce = 4;
    private static readonly TimeSpan _betweenLooks = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(40); // as in the cloud
    private readonly BuildParts _parts;
    private readonly ITimer _looks;
    private readonly ConcurrentDictionary<Guid, (CancellationTokenSource Cancel, Task Task)> _running = new();
    private readonly SemaphoreSlim _turns = new(AtOnce);
    private readonly Lock _lock = new();
    private bool _closed;

    public TemplateBuilder(BuildParts parts)
    {
        _parts = parts;
        _looks = parts.Clock.CreateTimer(_ => EndForgotten(), null, _betweenLooks, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset Now => Times.ToMicrosecond(_parts.Clock.GetUtcNow());

    /// <summary>Starts a build that waits.</summary>
    /// <exception cref="ApiException">400: it does not wait; 503: the server is stopping.</exception>
    public void Start(Build build, BuildDefinition definition)
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new ApiException(StatusCodes.Status503ServiceUnavailable, "the server is stopping");
            }

            if (!_parts.Saved.Builds.Change(build.Id, one => one.Status == BuildStatus.Waiting ? one with { Status = BuildStatus.Building } : null))
            {
                throw ApiException.BadRequest("build is not in waiting state");
            }

            BuildLog log = _parts.Saved.Builds.OpenLog(build.Id, _parts.Clock);
            var cancel = new CancellationTokenSource();
            _running[build.Id] = (cancel, Task.Run(() => RunAsync(build, definition, log, cancel), CancellationToken.None));
        }
    }

    /// <summary>Ends builds, running or waiting, and waits for it.</summary>
    /// <param name="which">The builds.</param>
    /// <param name="reason">What clients are told.</param>
    /// <returns>How many there were to end.</returns>
    public async Task<int> CancelAsync(Func<Build, bool> which, string reason)
    {
        int count = 0;
        var ends = new List<Task>();
        foreach (Build build in _parts.Saved.Builds.All.Where(one => one.IsOpen && which(one)))
        {
            var why = new BuildReason(reason, null);
            bool isRunning;
            (CancellationTokenSource Cancel, Task Task) running;
            lock (_lock)
            {
                bool wasOpen = _parts.Saved.Builds.Change(build.Id, one => one.Status switch
                {
                    BuildStatus.Waiting => one with { Status = BuildStatus.Error, FinishedAt = Now, Reason = why },
                    BuildStatus.Building => one with { Reason = why },
                    _ => null,
                });
                count += wasOpen ? 1 : 0;
                isRunning = _running.TryGetValue(build.Id, out running);
            }

            if (isRunning)
            {
                ends.Add(EndAsync(running.Cancel, running.Task));
            }
        }

        await Task.WhenAll(ends);
        return count;
    }

    /// <summary>Ends all builds; no new ones from now on.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
        }

        await _looks.DisposeAsync();
        await CancelAsync(one => one.Status == BuildStatus.Building, "the build was interrupted: the server ended");

        // Those that are over and still have a sandbox to end.
        await Task.WhenAll(_running.Values.Select(one => one.Task));
        _turns.Dispose();
    }

    // Builds that were asked for and never started, by a client that is gone. None of them runs, so there is no end to wait for.
    private void EndForgotten()
    {
        DateTimeOffset oldest = Now - _longestWait;
        _ = CancelAsync(one => one.Status == BuildStatus.Waiting && one.CreatedAt < oldest, "build is in waiting state for too long");
        lock (_lock)
        {
            if (!_closed)
            {
                _looks.Change(_betweenLooks, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private static async Task EndAsync(CancellationTokenSource cancel, Task task)
    {
        try
        {
            await cancel.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }

        await task;
    }

    private async Task RunAsync(Build build, BuildDefinition definition, BuildLog log, CancellationTokenSource cancel)
    {
        DateTimeOffset begun = Now;
        BuildRun? run = null;
        bool hasTurn = false;
        try
        {
            await _turns.WaitAsync(cancel.Token);
            hasTurn = true;
            run = new BuildRun(build, definition, _parts, log, cancel.Token);
            SnapshotState state = await run.RunAsync();
            if (!await _parts.Saved.Snapshots.AddBuiltAsync(build.TemplateId, build.Tags, state, Now))
            {
                throw new BuildException("the template was deleted");
            }

            log.Write(LogLevel.Info, $"Build finished, took {(Now - begun).TotalSeconds:0}s", isLast: true);
            _parts.Saved.Builds.Change(build.Id, one => one with { Status = BuildStatus.Ready, FinishedAt = Now, Reason = null });
            await _parts.Saved.Builds.ReleaseFailedAsync(build.TemplateId, but: null);
        }
        catch (Exception e)
        {
            await FailAsync(build, run, log, e, cancel.IsCancellationRequested);
        }
        finally
        {
            await CleanUpAsync(build, run, cancel, hasTurn);
        }
    }

    private async Task FailAsync(Build build, BuildRun? run, BuildLog log, Exception cause, bool cancelled)
    {
        if (cause is not (BuildException or OperationCanceledException))
        {
            _parts.Log($"build {build.Id}: {cause}");
        }

        IReadOnlyList<string> layers = await TakeLayersAsync(build, run);
        bool kept = _parts.Saved.Builds.Change(build.Id, one =>
        {
            if (!one.IsOpen)
            {
                return null; // it is ready, and only what came after that went wrong
            }

            BuildReason reason = cancelled ? one.Reason ?? new BuildReason("build was cancelled", null) : new BuildReason(cause.Message, run?.Step);
            log.Write(LogLevel.Error, $"Build failed: {reason.Message}", reason.Step, isLast: true);
            return one with { Status = BuildStatus.Error, FinishedAt = Now, Reason = reason, Layers = layers };
        });
        if (kept)
        {
            await _parts.Saved.Builds.ReleaseFailedAsync(build.TemplateId, but: build.Id);
        }
        else
        {
            await _parts.Saved.Layers.ReleaseAsync(layers);
        }
    }

    private async Task<IReadOnlyList<string>> TakeLayersAsync(Build build, BuildRun? run)
    {
        try
        {
            return run is null ? [] : await run.TakeLayersAsync();
        }
        catch (Exception e)
        {
            // The build has failed all the same, and somebody waits to be told.
            _parts.Log($"what the build {build.Id} has done is not kept: {e.Message}");
            return [];
        }
    }

    private async Task CleanUpAsync(Build build, BuildRun? run, CancellationTokenSource cancel, bool hasTurn)
    {
        try
        {
            if (run is not null)
            {
                await run.DisposeAsync();
            }

            _parts.Saved.Builds.KeepLog(build.Id);
            await _parts.Saved.Builds.TrimAsync(build.TemplateId);
            _parts.Saved.Steps.Sweep();
            _parts.Saved.Uploads.Sweep();
        }
        catch (Exception e)
        {
            _parts.Log($"build {build.Id} did not end cleanly: {e.Message}");
        }

        if (hasTurn)
        {
            _turns.Release();
        }

        lock (_lock)
        {
            // Not before its start has noted it.
            _running.TryRemove(build.Id, out _);
        }

        cancel.Dispose();
    }
}
