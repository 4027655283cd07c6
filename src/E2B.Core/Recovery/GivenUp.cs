namespace E2B.Recovery;

/// <summary>Work that makes something on the server. Given up, it is waited for a little longer, and what it made is undone.</summary>
internal static class GivenUp
{
    /// <summary>How long an answer that nobody wants any more is still waited for.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    /// <summary>Does it.</summary>
    /// <param name="make">The work. Its token is cancelled when the wait is over too.</param>
    /// <param name="undo">Takes back what was made.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<T> UndoAsync<T>(
        Func<CancellationToken, Task<T>> make, Func<T, CancellationToken, Task> undo, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var abandon = new CancellationTokenSource();
        Task<T> making = make(abandon.Token);
        try
        {
            return await making.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            abandon.CancelAfter(_limit);
            try
            {
                await undo(await making.ConfigureAwait(false), abandon.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is E2BException or OperationCanceledException)
            {
                // It was not made, or not in time.
            }

            throw;
        }
    }
}
