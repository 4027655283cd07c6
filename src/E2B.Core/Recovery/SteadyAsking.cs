namespace E2B.Recovery;

/// <summary>Asks for what changes nothing, on behalf of somebody who follows something for long: what passes by itself is waited for.</summary>
internal static class SteadyAsking
{
    /// <summary>Asks, and after a fault that may pass asks again, for as long as a broken stream is tried to be made again.</summary>
    public static async Task<T> RunAsync<T>(E2BConnection connection, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        foreach (TimeSpan wait in connection.Timing.RecoveryWaits)
        {
            try
            {
                return await ask(cancellationToken).ConfigureAwait(false);
            }
            catch (E2BException e) when (MayPass(e))
            {
                await Task.Delay(wait, connection.Clock, cancellationToken).ConfigureAwait(false);
            }
        }

        return await ask(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether a failure is one that passes by itself.</summary>
    public static bool MayPass(E2BException failure) =>
        failure is E2BUnreachableException or E2BRateLimitException or { StatusCode: >= 500 };
}
