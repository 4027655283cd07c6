namespace E2B.Commands;

/// <summary>Reads a command's output in the background until it ends or somebody else wants to read.</summary>
internal sealed class BackgroundCapture
{
    private readonly object _gate = new();
    private readonly Func<CancellationToken, Task<CommandResult>> _wait;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    public BackgroundCapture(Func<CancellationToken, Task<CommandResult>> wait) => _wait = wait;

    public void Start()
    {
        lock (_gate)
        {
            if (_stop is null)
            {
                var stop = new CancellationTokenSource();
                _stop = stop;
                _running = Task.Run(() => RunAsync(stop.Token), CancellationToken.None);
            }
        }
    }

    /// <summary>Stops reading; returns when nothing is read any more.</summary>
    public async Task StopAsync()
    {
        CancellationTokenSource? stop;
        Task running;
        lock (_gate)
        {
            (stop, _stop) = (_stop, null);
            running = _running;
        }

        if (stop is not null)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
            stop.Dispose();
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await _wait(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever waits or reads next is told.
        }
    }
}
