using System.Threading.Channels;

namespace E2B.PowerShell.Pipeline;

/// <summary>
/// The one bridge between asynchronous work and the pipeline: workers fill a bounded queue, the pipeline's
/// thread empties it into a sink. A slow pipeline holds the workers back, and through them the sandbox.
/// </summary>
internal sealed class PipelineQueue : IDisposable
{
    /// <summary>Items, not records: an item of output holds what one read brought, 32 KiB at the most.</summary>
    private const int Capacity = 64;

    /// <summary>How long ending the remote work may hold up the prompt.</summary>
    private static readonly TimeSpan _cleanUpLimit = TimeSpan.FromSeconds(2);

    private readonly Channel<PipelineItem> _items = Channel.CreateBounded<PipelineItem>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = false });

    private readonly CancellationTokenSource _stop;
    private readonly List<Task> _workers = [];
    private readonly object _lock = new();
    private Task? _completion;
    private Task<bool>? _waiting;

    public PipelineQueue(CancellationToken stop) => _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Starts a worker. Its token is cancelled by Ctrl+C and when nobody reads the pipeline any more.</summary>
    public Task<T> Start<T>(Func<PipelineWriter, CancellationToken, Task<T>> work)
    {
        CancellationToken token = _stop.Token;
        var writer = new PipelineWriter(_items.Writer, token);
        Task<T> worker = Task.Run(() => work(writer, token), CancellationToken.None);
        lock (_lock)
        {
            _workers.Add(worker);
        }

        return worker;
    }

    /// <summary>Writes what is there, without waiting.</summary>
    public void DrainAvailable(IPipelineSink sink)
    {
        while (_items.Reader.TryRead(out PipelineItem? item))
        {
            item.WriteTo(sink);
        }
    }

    /// <summary>Writes items until <paramref name="ready"/> is done: waiting for room in stdin must not block stdout.</summary>
    public void DrainUntil(Task ready, IPipelineSink sink)
    {
        while (!ready.IsCompleted)
        {
            DrainAvailable(sink);
            Task.WhenAny(ready, WaitForItem()).GetAwaiter().GetResult();
            _stop.Token.ThrowIfCancellationRequested();
        }

        DrainAvailable(sink);
    }

    /// <summary>Writes items until every worker has ended, then throws the first worker's error, if there was one.</summary>
    public void DrainToEnd(IPipelineSink sink)
    {
        CompleteWhenWorkersEnd();
        while (WaitForItem().GetAwaiter().GetResult())
        {
            DrainAvailable(sink);
        }

        _completion!.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Ends the workers that still run and gives them time to end their work in the sandbox. This is the
    /// only thing that runs when a downstream <c>Select-Object -First</c> has had enough.
    /// </summary>
    public void Dispose()
    {
        CompleteWhenWorkersEnd();
        if (!_completion!.IsCompleted)
        {
            _stop.Cancel();
            Task.WhenAny(_completion, Task.Delay(_cleanUpLimit)).GetAwaiter().GetResult();
        }

        // A worker that overstays keeps the token: the source is disposed only when nobody can use it.
        if (_completion.IsCompleted)
        {
            _ = _completion.Exception;
            _stop.Dispose();
        }
        else
        {
            _completion.ContinueWith(
                static (task, stop) =>
                {
                    _ = task.Exception;
                    ((CancellationTokenSource)stop!).Dispose();
                },
                _stop,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>One wait at a time: the one that a finished <c>DrainUntil</c> left behind is taken up again.</summary>
    private Task<bool> WaitForItem()
    {
        if (_waiting is null || _waiting.IsCompleted)
        {
            _waiting = _items.Reader.WaitToReadAsync(_stop.Token).AsTask();
        }

        return _waiting;
    }

    private void CompleteWhenWorkersEnd()
    {
        lock (_lock)
        {
            _completion ??= WaitForWorkersAsync([.. _workers]);
        }
    }

    private async Task WaitForWorkersAsync(Task[] workers)
    {
        try
        {
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
        finally
        {
            _items.Writer.TryComplete();
        }
    }
}
