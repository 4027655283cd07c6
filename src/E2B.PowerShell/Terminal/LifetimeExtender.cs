namespace E2B.PowerShell.Terminal;

/// <summary>
/// Keeps a sandbox alive while somebody is attached: when little of its lifetime is left, it gets more. A longer
/// lifetime is never made shorter.
/// </summary>
/// <param name="timeLeft">Asks how long the sandbox still lives.</param>
/// <param name="setTimeout">Sets how long it lives from now on.</param>
/// <param name="delay">Waits.</param>
internal sealed class LifetimeExtender(
    Func<CancellationToken, Task<TimeSpan>> timeLeft,
    Func<TimeSpan, CancellationToken, Task> setTimeout,
    Func<TimeSpan, CancellationToken, Task> delay)
{
    /// <summary>With less than this left the sandbox gets more.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMinutes(2);

    /// <summary>What it gets: the service's own default.</summary>
    public static readonly TimeSpan Extension = TimeSpan.FromMinutes(5);

    /// <summary>Somebody else may make the lifetime shorter at any time.</summary>
    private static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _shortestWait = TimeSpan.FromSeconds(5);

    public LifetimeExtender(Sandbox sandbox)
        : this(
            async token => (await sandbox.GetInfoAsync(token).ConfigureAwait(false)).TimeLeft,
            sandbox.SetTimeoutAsync,
            Task.Delay)
    {
    }

    /// <summary>Why the lifetime could not be extended the last time; <see langword="null"/> when it could.</summary>
    public E2BException? Problem { get; private set; }

    /// <summary>Extends until it is told to stop. It never throws: what goes wrong is tried again, and kept in <see cref="Problem"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await delay(await ExtendAsync(stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (SandboxNotFoundException)
        {
            // The session notices by itself, and says more.
        }
    }

    /// <summary>Looks, and extends if it is time.</summary>
    /// <returns>When to look again.</returns>
    private async Task<TimeSpan> ExtendAsync(CancellationToken stop)
    {
        try
        {
            TimeSpan left = await timeLeft(stop).ConfigureAwait(false);
            if (left < Least)
            {
                await setTimeout(Extension, stop).ConfigureAwait(false);
                left = Extension;
            }

            Problem = null;
            TimeSpan wait = left - Least;
            return wait > _longestWait ? _longestWait : wait < _shortestWait ? _shortestWait : wait;
        }
        catch (E2BException e) when (e is not SandboxNotFoundException)
        {
            Problem = e;
            return _shortestWait;
        }
    }
}
