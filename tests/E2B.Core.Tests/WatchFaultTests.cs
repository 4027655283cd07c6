using System.Collections.Concurrent;
using System.Diagnostics;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Filesystem;
using E2B.Transport;

namespace E2B.Core.Tests;

/// <summary>A watch's stream over real sockets, spoiled at every byte in turn.</summary>
public class WatchFaultTests
{
    private static readonly StreamTiming _timing = Client.Timing with
    {
        Keepalive = TimeSpan.FromMilliseconds(50),
        SilenceGrace = TimeSpan.FromMilliseconds(100),
        AttemptLimit = TimeSpan.FromMilliseconds(500),
        RecoveryLimit = TimeSpan.FromSeconds(1),
    };

    private static readonly string[] _expected = ["Create /w/one", "Write /w/one", "Create /w/two", "Remove /w"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData((int)Fault.Cut)]
    [InlineData((int)Fault.Reset)]
    [InlineData((int)Fault.Stall)]
    public async Task Wherever_the_stream_breaks_a_gap_tells_of_it_before_what_comes_after(int fault)
    {
        int opened = 0;
        await using var daemon = new FakeServer(async (line, exchange) =>
        {
            if (!line.Contains("/WatchDir ", StringComparison.Ordinal))
            {
                await exchange.AnswerAsync(204, "text/plain", []);
                return;
            }

            Interlocked.Increment(ref opened);
            await exchange.StartStreamAsync();
            foreach (byte[] frame in (byte[][])[
                WatchFrames.Started(),
                WatchFrames.Change("one", EventType.Create),
                WatchFrames.Change("one", EventType.Write),
                WatchFrames.Keepalive(),
                WatchFrames.Change("two", EventType.Create),
                WatchFrames.Change(".", EventType.Remove)])
            {
                await exchange.ChunkAsync(frame);
            }

            // As the daemon does: the stream stays open though nothing can come any more.
            await Task.Delay(Timeout.Infinite, exchange.Stop);
        });
        int end = await MeasureAsync(daemon);
        var wrong = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, end), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Token }, async (at, token) =>
        {
            await using var proxy = new FaultProxy(daemon.Url, (Fault)fault, at);
            var clock = Stopwatch.StartNew();
            var seen = new List<string>();
            Exception? error = null;
            try
            {
                var options = new WatchOptions { RequestTimeout = TimeSpan.FromSeconds(1) };
                await foreach (SandboxFileEvent one in FakeServer.SandboxAt(proxy.Url, _timing).Files.WatchAsync("/w", options, token))
                {
                    seen.Add(one.ToString());
                }
            }
            catch (E2BException e)
            {
                error = e;
            }

            int gap = seen.IndexOf("Gap /w");
            bool isGood = error is not null
                ? seen.Count == 0
                : gap < 0 ? seen.SequenceEqual(_expected) : seen[..gap].SequenceEqual(_expected[..gap]) && seen[(gap + 1)..].SequenceEqual(_expected);
            if (!isGood || clock.Elapsed > TimeSpan.FromSeconds(4))
            {
                wrong.Enqueue($"byte {at}: {string.Join(", ", seen)} {error} after {clock.Elapsed}");
            }
        });

        Assert.Empty(wrong);

        // The test looks at something: most of the bytes lie behind the beginning of the watch.
        Assert.True(opened > end * 1.4, $"{opened} watches of {end} runs");
    }

    /// <summary>How many bytes a watch brings that nothing happens to.</summary>
    private static async Task<int> MeasureAsync(FakeServer daemon)
    {
        await using var proxy = new FaultProxy(daemon.Url, Fault.Cut, int.MaxValue);
        await foreach (SandboxFileEvent one in FakeServer.SandboxAt(proxy.Url, _timing).Files.WatchAsync("/w", cancellationToken: Token))
        {
            Assert.False(one.IsLoss);
        }

        return (int)proxy.BroughtBack;
    }
}
