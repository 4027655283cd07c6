using System.Globalization;

namespace E2B.Sandboxes;

/// <summary>Waiting for something in or about a sandbox, with a limit of its own.</summary>
internal static class TimedWait
{
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="limit">How long; zero for no limit.</param>
    /// <param name="work">Waits, until it is cancelled.</param>
    /// <param name="missed">What had not happened when the limit passed, as the beginning of a sentence.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task<T> RunAsync<T>(
        Sandbox sandbox, TimeSpan limit, Func<CancellationToken, Task<T>> work, Func<string> missed, CancellationToken cancellationToken)
    {
        if (limit < TimeSpan.Zero)
        {
            throw new E2BInvalidArgumentException("The timeout of the wait is negative. Give a duration, or zero for no limit.");
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit > TimeSpan.Zero)
        {
            stop.CancelAfter(limit);
        }

        try
        {
            return await work(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new E2BTimeoutException(
                E2BTimeoutKind.Wait,
                string.Create(CultureInfo.InvariantCulture, $"{missed()} within {limit.TotalSeconds:0.##} s. Wait longer (-TimeoutSec in PowerShell), or look what is wrong in the sandbox."),
                e)
            {
                Limit = limit,
                SandboxId = sandbox.SandboxId,
            };
        }
    }
}
