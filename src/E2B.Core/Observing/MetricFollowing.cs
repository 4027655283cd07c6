using System.Runtime.CompilerServices;
using E2B.Recovery;

namespace E2B.Observing;

/// <summary>A sandbox's measurements as they are made.</summary>
internal sealed class MetricFollowing(SandboxOperations sandboxes, E2BConnection connection, string sandboxId)
{
    /// <summary>How long to wait before asking again. The service measures every 5 s.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>From a moment on, or from the newest measurement, until the sandbox is gone.</summary>
    public async IAsyncEnumerable<SandboxMetric> RunAsync(DateTimeOffset? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DateTimeOffset last = DateTimeOffset.MinValue;
        if (start is null)
        {
            // By the service's clock: this machine's may differ.
            foreach (SandboxMetric newest in await sandboxes.GetMetricsAsync(new[] { sandboxId }, cancellationToken).ConfigureAwait(false))
            {
                last = newest.Timestamp;
                start = last;
                yield return newest;
            }
        }

        bool isLast = false;
        while (true)
        {
            bool any = false;
            DateTimeOffset? from = start;
            IReadOnlyList<SandboxMetric> samples = await SteadyAsking.RunAsync(
                connection, token => sandboxes.ReadMetricsAsync(sandboxId, from, null, token), cancellationToken).ConfigureAwait(false);
            foreach (SandboxMetric sample in samples)
            {
                if (sample.Timestamp > last)
                {
                    any = true;
                    last = sample.Timestamp;
                    start = last;
                    yield return sample;
                }
            }

            if (isLast)
            {
                yield break;
            }

            isLast = !any && !await SteadyAsking.RunAsync(
                connection, token => sandboxes.IsThereAsync(sandboxId, token), cancellationToken).ConfigureAwait(false);
            if (!isLast)
            {
                await Task.Delay(Interval, connection.Clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
