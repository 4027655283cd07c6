using System.Management.Automation;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

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

    /// <summary>Waits for the work's result, and tells meanwhile, on the waiting thread, of requests that have to be sent again.</summary>
    /// <exception cref="PipelineStoppedException"><paramref name="stop"/> was cancelled, as by Ctrl+C.</exception>
    public static T Run<T>(Func<CancellationToken, Task<T>> work, Action<string> tell, CancellationToken stop)
    {
        var told = Channel.CreateUnbounded<string>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<T> task = Start(token => ObserveAsync(work, told.Writer, token), end.Token);
        ExceptionDispatchInfo? refused = null;
        while (told.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (told.Reader.TryRead(out string? text))
            {
                // A stopped pipeline takes nothing more, while the work is still to be waited for.
                if (!end.IsCancellationRequested)
                {
                    refused = Tell(tell, text);
                    if (refused is not null)
                    {
                        end.Cancel();
                    }
                }
            }
        }

        if (refused is null)
        {
            return ResultOf(task, stop);
        }

        if (!WaitFor(task))
        {
            refused.Throw();
        }

        return task.Result;
    }

    /// <summary>Tells, and keeps what the pipeline throws at that, such as that it has been stopped: nobody may walk away from work that makes something.</summary>
    private static ExceptionDispatchInfo? Tell(Action<string> tell, string text)
    {
        try
        {
            tell(text);
            return null;
        }
        catch (Exception e)
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>Whether it succeeded.</summary>
    private static bool WaitFor(Task task)
    {
        Task.WaitAny([task], CancellationToken.None);
        return task.IsCompletedSuccessfully;
    }

    private static async Task<T> ObserveAsync<T>(Func<CancellationToken, Task<T>> work, ChannelWriter<string> told, CancellationToken stop)
    {
        using IDisposable end = RequestRepeat.Observe(repeat => told.TryWrite(repeat.ToString()));
        try
        {
            return await work(stop).ConfigureAwait(false);
        }
        finally
        {
            told.TryComplete();
        }
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
