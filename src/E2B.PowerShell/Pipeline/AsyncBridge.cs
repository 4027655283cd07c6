using System.Management.Automation;

namespace E2B.PowerShell.Pipeline;

/// <summary>Runs asynchronous work while the pipeline's thread waits.</summary>
internal static class AsyncBridge
{
    /// <summary>How long Ctrl+C may go unnoticed where it has to be asked for.</summary>
    private const int PollMilliseconds = 100;

    /// <summary>Waits for the work's result.</summary>
    /// <exception cref="PipelineStoppedException"><paramref name="stop"/> was cancelled, as by Ctrl+C.</exception>
    public static T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop) => ResultOf(Start(work, stop), stop);

    /// <summary>Waits for the work's result, and asks now and then whether it is still wanted.</summary>
    /// <exception cref="PipelineStoppedException"><paramref name="stop"/> was cancelled, or is now because nobody waits any more.</exception>
    public static T Run<T>(Func<CancellationToken, Task<T>> work, CancellationTokenSource stop, Func<bool> isStopping)
    {
        Task<T> task = Start(work, stop.Token);
        while (Task.WaitAny([task], PollMilliseconds, CancellationToken.None) < 0)
        {
            if (isStopping())
            {
                stop.Cancel();
            }
        }

        return ResultOf(task, stop.Token);
    }

    /// <summary>On the thread pool, so that nothing asks for the pipeline's thread while it waits.</summary>
    private static Task<T> Start<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop) =>
        Task.Run(() => work(stop), CancellationToken.None);

    private static T ResultOf<T>(Task<T> task, CancellationToken stop)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
