using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Listing;

/// <summary>The base of cmdlets that list: an object goes down the pipeline before the next page is asked for.</summary>
public abstract class ListingCmdlet : ConnectedCmdlet
{
    /// <summary>Writes what a list holds. A failure ends it, and is an error about <paramref name="target"/>.</summary>
    /// <returns>How many were written; -1 when that ended with an error.</returns>
    private protected int WriteList<T>(IAsyncEnumerable<T> list, Func<T, bool> wanted, object? target)
    {
        int written = 0;
        IAsyncEnumerator<T> found = list.GetAsyncEnumerator(StopToken);
        try
        {
            while (true)
            {
                if (!TryAwait(async _ => await found.MoveNextAsync().ConfigureAwait(false), target, out bool more))
                {
                    return -1;
                }

                if (!more)
                {
                    return written;
                }

                if (wanted(found.Current))
                {
                    written++;
                    WriteObject(found.Current);
                }
            }
        }
        finally
        {
            found.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
