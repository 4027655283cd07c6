namespace E2B.Commands;

/// <summary>Ends a command with its descendants when its time limit passes, whether anybody reads or not.</summary>
internal sealed class LimitWatch : IDisposable
{
    private const double LongestTimer = uint.MaxValue - 1;

    private readonly Sandbox _sandbox;
    private readonly int _pid;
    private readonly Timer? _timer;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _done;

    public LimitWatch(Sandbox sandbox, int pid, TimeSpan limit)
    {
        _sandbox = sandbox;
        _pid = pid;
        if (limit.TotalMilliseconds <= LongestTimer)
        {
            _timer = new Timer(static state => _ = ((LimitWatch)state!).StopAsync(), this, limit, Timeout.InfiniteTimeSpan);
        }
        else
        {
            Dispose();
        }
    }

    /// <summary>Waits for a stop that is under way; there is none afterwards.</summary>
    public Task FinishAsync()
    {
        Dispose();
        return _stopped.Task;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        if (Interlocked.Exchange(ref _done, 1) == 0)
        {
            _stopped.TrySetResult();
        }
    }

    private async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _done, 1) != 0)
        {
            return;
        }

        try
        {
            TimeSpan time = _sandbox.Client.Connection.Timing.EndGrace;
            using var limit = new CancellationTokenSource(time);
            await _sandbox.Processes.TreeStop.StopAsync(_pid, new StopOptions(), limit.Token, scriptLimit: time * 0.7).ConfigureAwait(false);
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException or ObjectDisposedException)
        {
            // The daemon ends the process itself a little later; its descendants then survive.
        }
        finally
        {
            _stopped.TrySetResult();
        }
    }
}
