namespace E2B;

/// <summary>
/// Keeps a running sandbox alive: before half of a lifetime is over it is extended, until the lease is disposed of, the
/// sandbox is gone or paused, or the process ends. It never shortens a lifetime.
/// </summary>
/// <remarks>It works in the background, keeps no process alive, and never throws. <see cref="Ended"/> says how it ended.</remarks>
public sealed class SandboxLease : IDisposable
{
    private static readonly TimeSpan _firstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _shortestRequest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _longestRequest = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly Sandbox _sandbox;
    private readonly SandboxOperations _sandboxes;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _extension;
    private DateTimeOffset _end;

    internal SandboxLease(Sandbox sandbox, TimeSpan lifetime)
    {
        if (lifetime <= TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException("A sandbox is kept alive for a lifetime at a time, which is more than nothing.");
        }

        _sandbox = sandbox;
        SandboxId = sandbox.SandboxId;
        Lifetime = lifetime;
        _extension = lifetime < SandboxOperations.LongestExtension ? lifetime : SandboxOperations.LongestExtension;
        _clock = sandbox.Client.Connection.Clock;
        _sandboxes = WithLimit(sandbox.Client, _extension / 6).Sandboxes;
        TimeSpan left = sandbox.TimeLeft ?? TimeSpan.Zero;

        // What an old object says may be out of date: the sandbox gets the time in which that turns out.
        _end = _clock.GetUtcNow() + (left > TimeSpan.Zero ? left : _extension);

        // By the service's clock it may be over in a moment.
        TimeSpan first = !sandbox.IsEndByOwnClock ? TimeSpan.Zero : left < _extension ? left / 2 : _extension / 2;
        CancellationToken stop = _stop.Token;
        Ended = Task.Run(() => RunAsync(first, stop), CancellationToken.None);
    }

    /// <summary>The sandbox's id.</summary>
    public string SandboxId { get; }

    /// <summary>How long the sandbox lives on at least when the lease ends by its process's end. More than 1 hour counts as 1 hour.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>Done when the lease has ended, with the reason. It does not fail.</summary>
    public Task<SandboxLeaseEnd> Ended { get; }

    /// <summary>What went wrong the last time; <see langword="null"/> when nothing did. It is tried again.</summary>
    public E2BException? Problem { get; private set; }

    /// <summary>Gives the lease up. The sandbox lives until its lifetime ends.</summary>
    public void Dispose()
    {
        // Not disposed of: a request that is under way may still hold its token.
        _stop.Cancel();
    }

    /// <summary>A request that hangs must leave time for the next one.</summary>
    private static E2BClient WithLimit(E2BClient client, TimeSpan limit)
    {
        limit = limit < _shortestRequest ? _shortestRequest : limit > _longestRequest ? _longestRequest : limit;
        TimeSpan usual = client.Connection.RequestTimeout;
        return usual > TimeSpan.Zero && usual < limit ? client : client.WithRequestTimeout(limit);
    }

    private async Task<SandboxLeaseEnd> RunAsync(TimeSpan wait, CancellationToken stop)
    {
        try
        {
            TimeSpan retry = _firstRetry;
            while (true)
            {
                await Task.Delay(wait, _clock, stop).ConfigureAwait(false);
                if (await ExtendAsync(stop).ConfigureAwait(false) is { } end)
                {
                    return end;
                }

                wait = Problem is null ? _extension / 2 : retry;
                retry = Problem is null ? _firstRetry : retry * 2 < _longestRetry ? retry * 2 : _longestRetry;
            }
        }
        catch (Exception e) when (e is ObjectDisposedException || (e is OperationCanceledException && stop.IsCancellationRequested))
        {
            return SandboxLeaseEnd.Released;
        }
    }

    /// <summary>One attempt.</summary>
    /// <returns>Why the lease ends, if it does.</returns>
    private async Task<SandboxLeaseEnd?> ExtendAsync(CancellationToken stop)
    {
        try
        {
            DateTimeOffset asked = _clock.GetUtcNow();
            await _sandboxes.ExtendAsync(SandboxId, _extension, stop).ConfigureAwait(false);
            DateTimeOffset end = asked + _extension;
            _end = end > _end ? end : _end;
            _sandbox.Note(facts => facts.Extended(_extension));
            Problem = null;
            return null;
        }
        catch (SandboxNotFoundException e)
        {
            Problem = e;
            return await WhyNotFoundAsync(stop).ConfigureAwait(false);
        }
        catch (E2BAuthenticationException e)
        {
            Problem = e;
            return SandboxLeaseEnd.Refused;
        }
        catch (E2BException e)
        {
            Problem = e;
            return _clock.GetUtcNow() > _end ? SandboxLeaseEnd.Unreachable : null;
        }
    }

    /// <summary>What is paused is not found either by who wants to extend its life.</summary>
    private async Task<SandboxLeaseEnd?> WhyNotFoundAsync(CancellationToken stop)
    {
        try
        {
            SandboxInfo info = await _sandboxes.GetAsync(SandboxId, stop).ConfigureAwait(false);
            return info.State == SandboxState.Paused ? SandboxLeaseEnd.Paused : null;
        }
        catch (SandboxNotFoundException)
        {
            return SandboxLeaseEnd.Gone;
        }
        catch (E2BException)
        {
            return _clock.GetUtcNow() > _end ? SandboxLeaseEnd.Unreachable : null;
        }
    }
}
