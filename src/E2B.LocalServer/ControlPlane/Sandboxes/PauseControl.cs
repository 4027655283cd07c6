using System.Security.Cryptography;
using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Pauses sandboxes and resumes them. A paused one's processes stand still with their memory, and its disk has a
/// second name among what is saved: when the server ends, or without memory on purpose, the files are what is left.
/// </summary>
internal sealed class PauseControl
{
    private static readonly TimeSpan _retry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longestChange = TimeSpan.FromMinutes(1);

    private readonly SandboxRegistry _sandboxes;
    private readonly SandboxStarter _starter;
    private readonly PausedStore _saved;
    private readonly TimeProvider _clock;

    public PauseControl(SandboxRegistry sandboxes, SandboxStarter starter, PausedStore saved, TimeProvider clock)
    {
        (_sandboxes, _starter, _saved, _clock) = (sandboxes, starter, saved, clock);
        sandboxes.PauseExpired = PauseExpiredAsync;
    }

    private DateTimeOffset Now => Times.ToMicrosecond(_clock.GetUtcNow());

    /// <summary>Pauses a running sandbox; when it is just being paused, waits for that.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="filesOnly">Let processes and memory go.</param>
    /// <exception cref="ApiException">404; 409 when it is paused already or being copied.</exception>
    public async Task PauseAsync(string id, bool filesOnly)
    {
        DemandPausing();
        while (true)
        {
            Sandbox sandbox = _sandboxes.Get(id);
            if (_sandboxes.TryBegin(sandbox, SandboxState.Running, SandboxState.Pausing) is { } change)
            {
                await PauseAsync(sandbox, change, filesOnly);
                return;
            }

            SandboxPhase phase = sandbox.Phase;
            switch (phase.State)
            {
                case SandboxState.Pausing:
                    await sandbox.Changing;
                    if (sandbox.Phase.State == SandboxState.Paused)
                    {
                        return;
                    }

                    break;
                case SandboxState.Paused or SandboxState.Resuming:
                    throw new ApiException(StatusCodes.Status409Conflict, $"Error pausing sandbox - sandbox '{id}' is already paused");
                case SandboxState.Snapshotting:
                    throw new ApiException(StatusCodes.Status409Conflict, $"Sandbox '{id}' cannot be paused while in '{phase.StateName}' state");
                default:
                    await sandbox.Changing;
                    break;
            }
        }
    }

    /// <summary>Makes sure that a sandbox runs, for so long from now or longer.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="lifetime">From now.</param>
    /// <param name="filesOnly">Start a paused one from its files, also when its memory is there.</param>
    /// <param name="cancellationToken">Leaves a paused one paused.</param>
    /// <returns>The sandbox, and how it was resumed if it was.</returns>
    public async Task<(Sandbox Sandbox, Resumption Resumption)> ConnectAsync(string id, TimeSpan lifetime, bool filesOnly, CancellationToken cancellationToken)
    {
        while (true)
        {
            Sandbox sandbox = _sandboxes.Get(id);
            switch (sandbox.Phase.State)
            {
                case SandboxState.Running or SandboxState.Snapshotting when _sandboxes.TrySetLifetime(sandbox, lifetime, allowShorter: false):
                    return (sandbox, Resumption.None);
                case SandboxState.Paused when _sandboxes.TryBegin(sandbox, SandboxState.Paused, SandboxState.Resuming) is { } change:
                    return (sandbox, await ResumeAsync(sandbox, change, lifetime, filesOnly, cancellationToken));
                default:
                    await sandbox.Changing.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    /// <summary>Resumes a paused sandbox.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="lifetime">From now.</param>
    /// <param name="autoPause">Whether it is paused again at its end; as before without it.</param>
    /// <param name="filesOnly">Start it from its files, also when its memory is there.</param>
    /// <param name="cancellationToken">Leaves it paused.</param>
    /// <exception cref="ApiException">404; 409 when it is running.</exception>
    public async Task<(Sandbox Sandbox, Resumption Resumption)> ResumeAsync(
        string id, TimeSpan lifetime, bool? autoPause, bool filesOnly, CancellationToken cancellationToken)
    {
        while (true)
        {
            Sandbox sandbox = _sandboxes.Get(id);
            if (_sandboxes.TryBegin(sandbox, SandboxState.Paused, SandboxState.Resuming) is { } change)
            {
                SandboxOrder before = sandbox.Order;
                sandbox.Order = before with { AutoPause = autoPause ?? before.AutoPause };
                try
                {
                    return (sandbox, await ResumeAsync(sandbox, change, lifetime, filesOnly, cancellationToken));
                }
                catch
                {
                    sandbox.Order = before;
                    throw;
                }
            }

            switch (sandbox.Phase.State)
            {
                case SandboxState.Running:
                    throw new ApiException(StatusCodes.Status409Conflict, $"Sandbox {id} is already running");
                case SandboxState.Snapshotting:
                    throw new ApiException(StatusCodes.Status409Conflict, $"Sandbox snapshot is currently being created for sandbox '{id}'");
                default:
                    await sandbox.Changing.WaitAsync(cancellationToken);
                    break;
            }
        }
    }

    /// <summary>What traffic for a sandbox goes through. Traffic that may do so wakes a paused one, and waits.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="mayWake">Whether this traffic has what the sandbox asks for.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The way in; <see langword="null"/> when nobody is there for traffic.</returns>
    /// <exception cref="ApiException">403: it would have to be woken, and this traffic may not; 409: it takes too long.</exception>
    public async Task<SandboxAccess?> EnterAsync(string id, Func<Sandbox, bool> mayWake, CancellationToken cancellationToken)
    {
        while (_sandboxes.TryGet(id, out Sandbox? sandbox))
        {
            SandboxState state = sandbox.Phase.State;
            if (state is SandboxState.Running or SandboxState.Snapshotting && sandbox.Access is { } access)
            {
                return access;
            }

            // As in the cloud: without its memory a sandbox is not what it was, and only its owner can want that.
            if (!sandbox.Order.AutoResume || (state == SandboxState.Paused && sandbox.Hosted is not { Exited.IsCompleted: false }))
            {
                return null;
            }

            if (state == SandboxState.Paused)
            {
                if (!mayWake(sandbox))
                {
                    throw new ApiException(StatusCodes.Status403Forbidden, "This sandbox can't be resumed with the credentials provided. Check your access token and try again.");
                }

                await ConnectAsync(id, sandbox.Order.LifetimeAfterWaking, filesOnly: false, cancellationToken);
                continue;
            }

            try
            {
                await sandbox.Changing.WaitAsync(_longestChange, _clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                throw new ApiException(StatusCodes.Status409Conflict, "The sandbox is still transitioning. Try again in a moment.");
            }
        }

        return null;
    }

    private void DemandPausing()
    {
        if (!_starter.CanPause)
        {
            throw ApiException.NeedsContainers();
        }
    }

    private async Task PauseExpiredAsync(Sandbox sandbox, StateChange change)
    {
        try
        {
            await PauseAsync(sandbox, change, sandbox.Order.AutoPauseFilesOnly);
        }
        catch (ApiException e) when (e.Status != StatusCodes.Status404NotFound)
        {
            // Rather too late than gone: whoever wanted it paused wants what is in it.
            _sandboxes.SetLifetime(sandbox.Id, _retry, allowShorter: true);
            throw;
        }
    }

    private async Task PauseAsync(Sandbox sandbox, StateChange change, bool filesOnly)
    {
        using (change)
        {
            sandbox.Log.Info("Pausing sandbox");
            IHostedSandbox hosted = sandbox.Hosted!;
            DateTimeOffset now;
            try
            {
                await hosted.FreezeAsync();
                sandbox.Close();
                now = Now;
                await hosted.KeepDiskAsync(_saved.Disk(sandbox.Id));
                _saved.Add(new SavedSandbox
                {
                    Id = sandbox.Id,
                    Order = sandbox.Order,
                    AccessToken = sandbox.AccessToken,
                    StartedAt = sandbox.Phase.StartedAt,
                    PausedAt = now,
                    FilesOnly = filesOnly,
                });
            }
            catch (Exception e)
            {
                await UndoPauseAsync(sandbox, hosted);
                throw new ApiException(StatusCodes.Status500InternalServerError, $"Error pausing sandbox: {e.Message}", e);
            }

            if (filesOnly)
            {
                await sandbox.DropHostedAsync();
            }

            change.Finish(phase => phase with { State = SandboxState.Paused, EndAt = now });
            sandbox.Log.Info("Sandbox paused", new KeyValuePair<string, string>("memory", filesOnly ? "false" : "true"));
        }
    }

    private async Task UndoPauseAsync(Sandbox sandbox, IHostedSandbox hosted)
    {
        _saved.Remove(sandbox.Id);
        if (!hosted.Exited.IsCompleted && !sandbox.Gone.IsCancellationRequested)
        {
            await hosted.ThawAsync();
            sandbox.Close();
            sandbox.Open(hosted);
        }
    }

    private async Task<Resumption> ResumeAsync(
        Sandbox sandbox, StateChange change, TimeSpan lifetime, bool filesOnly, CancellationToken cancellationToken)
    {
        using (change)
        {
            sandbox.Log.Debug("Started resuming sandbox");
            bool withMemory = !filesOnly && sandbox.Hosted is { Exited.IsCompleted: false };
            if (withMemory)
            {
                await WakeAsync(sandbox, sandbox.Hosted!, cancellationToken);
            }
            else
            {
                await sandbox.DropHostedAsync();
                sandbox.Open(await _sandboxes.StartAsync(sandbox, _saved.Disk(sandbox.Id), cancellationToken));
                sandbox.Log.Warn("The sandbox was started anew from its files: its processes and memory are lost");
            }

            // The disk's second name goes last: a server that is killed before this still has the files.
            change.Finish(_ => SandboxPhase.Begun(Now, lifetime));
            _saved.Remove(sandbox.Id);
            sandbox.Log.Info("Sandbox created", new KeyValuePair<string, string>("end_time", Times.InLog(sandbox.Phase.EndAt)));
            sandbox.Meter.Begin(sandbox, Now);
            if (!withMemory)
            {
                _sandboxes.Watch(sandbox);
            }

            return withMemory ? Resumption.WithMemory : Resumption.FilesOnly;
        }
    }

    private async Task WakeAsync(Sandbox sandbox, IHostedSandbox hosted, CancellationToken cancellationToken)
    {
        try
        {
            await hosted.ThawAsync();
            await _starter.GreetAsync(hosted, sandbox.Id, sandbox.Order, sandbox.AccessToken, cancellationToken);
            sandbox.Open(hosted);
        }
        catch (Exception e)
        {
            if (!hosted.Exited.IsCompleted)
            {
                await hosted.FreezeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new ApiException(StatusCodes.Status500InternalServerError, $"Error resuming sandbox: {e.Message}", e);
        }
    }

    /// <summary>Whether a token is the sandbox's; takes the same time whatever is wrong.</summary>
    public static bool IsTokenOf(Sandbox sandbox, string? token) =>
        sandbox.AccessToken is not { } right
        || CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(right)), SHA256.HashData(Encoding.UTF8.GetBytes(token ?? string.Empty)));
}

/// <summary>How a sandbox came back.</summary>
internal enum Resumption
{
    /// <summary>It was running.</summary>
    None,

    /// <summary>As it was.</summary>
    WithMemory,

    /// <summary>Its files are there; it was started anew.</summary>
    FilesOnly,
}
