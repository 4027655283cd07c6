using System.Management.Automation;

namespace E2B.PowerShell.Pipeline;

/// <summary>Runs asynchronous work while the pipeline's thread waits.</summary>
internal static class AsyncBridge
{
    /// <summary>Waits for the work's result.</summary>
    /// <exception cref="PipelineStoppedException"><paramref name="stop"/> was cancelled, as by Ctrl+C.</exception>
    public static T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        try
        {
            // On the thread pool, so that nothing asks for this thread while it waits.
            return Task.Run(() => work(stop), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }
}
