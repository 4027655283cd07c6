using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Transport;

namespace E2B.Core.Tests;

/// <summary>A command's stream over real sockets, spoiled at every byte in turn.</summary>
public class FaultTests
{
    private const int ExitCode = 5;

    // Silence is noticed after 0.2 s, and a lost command is given up after 1 s.
    private static readonly StreamTiming _timing = Client.Timing with
    {
        Keepalive = TimeSpan.FromMilliseconds(50),
        SilenceGrace = TimeSpan.FromMilliseconds(100),
        AttemptLimit = TimeSpan.FromMilliseconds(500),
        RecoveryLimit = TimeSpan.FromSeconds(1),
    };

    private static readonly byte[][] _frames =
        [Frames.Start(7), Frames.StdOut("one\n"), Frames.StdErr("err\n"), Frames.Keepalive(), Frames.StdOut("two ä\nthree\n"), Frames.Exit(ExitCode), Frames.Done()];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData((int)Fault.Cut)]
    [InlineData((int)Fault.Reset)]
    [InlineData((int)Fault.Stall)]
    public async Task Wherever_the_stream_breaks_the_exit_code_is_not_lost_and_no_line_is_torn_or_doubled(int fault)
    {
        await using FakeServer daemon = Daemon();
        (int start, int end) = await MeasureAsync(daemon);
        var wrong = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, end), Options, async (at, token) =>
        {
            Outcome outcome = await RunAsync(daemon, (Fault)fault, at, token);
            bool isGood = at < start
                ? outcome.Error is E2BException
                : outcome is { Error: null, Code: ExitCode } && IsPartOf(outcome.Lines, ["one", "err", "two ä", "three"]);
            if (!isGood || outcome.Elapsed > TimeSpan.FromSeconds(4))
            {
                wrong.Enqueue($"byte {at} (start ends at {start}): {outcome}");
            }
        });

        Assert.Empty(wrong);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whatever_byte_is_garbled_there_is_an_end_in_time()
    {
        await using FakeServer daemon = Daemon();
        (_, int end) = await MeasureAsync(daemon);
        var wrong = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(Enumerable.Range(0, end), Options, async (at, token) =>
        {
            // What is garbled within a text or number cannot be seen here; that is for TCP and TLS.
            Outcome outcome = await RunAsync(daemon, Fault.Garble, at, token);
            if (outcome.Error is not (null or E2BException) || outcome.Elapsed > TimeSpan.FromSeconds(4))
            {
                wrong.Enqueue($"byte {at}: {outcome}");
            }
        });

        Assert.Empty(wrong);
    }

    [Theory(Timeout = 20_000)]
    [InlineData((int)Fault.Cut)]
    [InlineData((int)Fault.Stall)]
    public async Task A_long_output_with_a_break_in_it_has_whole_lines_only(int fault)
    {
        // As the daemon reads: 32 KiB at a time, cut within lines. What was on its way at the break is lost.
        string[] lines = [.. Enumerable.Range(0, 20_000).Select(i => $"line {i} ä")];
        byte[][] pieces = [.. Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))).Chunk(32 * 1024).Select(Frames.StdOut)];
        await using FakeServer daemon = Daemon([Frames.Start(7), .. pieces], [Frames.Start(7), .. pieces[4..], Frames.Exit(ExitCode), Frames.Done()]);

        Outcome outcome = await RunAsync(daemon, (Fault)fault, at: 100_000, Token);

        Assert.Equal((null, ExitCode), (outcome.Error, outcome.Code));
        Assert.True(IsPartOf(outcome.Lines, lines), "A line was torn or doubled.");
        Assert.InRange(outcome.Lines.Count, 15_000, lines.Length - 1);
        Assert.Equal(lines[^1], outcome.Lines[^1]);
    }

    [Fact(Timeout = 20_000)]
    public async Task A_network_that_does_not_come_back_is_an_error_in_time()
    {
        await using FakeServer daemon = Daemon();
        (int start, _) = await MeasureAsync(daemon);
        await using var proxy = new FaultProxy(daemon.Url, Fault.Cut, start + 3);
        await using CommandHandle handle = await FakeServer.SandboxAt(proxy.Url, _timing).Commands.StartAsync("x", cancellationToken: Token);
        proxy.Refuse();
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<E2BUnreachableException>(() => handle.WaitAsync(Token));

        Assert.Contains("check the network", error.Message, StringComparison.Ordinal);
        Assert.Contains("may still run", error.Message, StringComparison.Ordinal);
        Assert.Same(error, handle.Failure);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(3));
    }

    [Theory(Timeout = 20_000)]
    [InlineData((int)Fault.Stall)]
    [InlineData((int)Fault.Cut)]
    public async Task A_commands_limit_holds_though_its_connection_is_dead(int fault)
    {
        // Nobody answers any more, whatever is asked.
        await using FakeServer daemon = Daemon(answersOthers: false);
        (int start, _) = await MeasureAsync(daemon);
        await using var proxy = new FaultProxy(daemon.Url, (Fault)fault, start + 3);
        TimeSpan limit = TimeSpan.FromMilliseconds(600);
        var watch = Stopwatch.StartNew();

        Sandbox sandbox = FakeServer.SandboxAt(proxy.Url, _timing with { AttemptLimit = TimeSpan.FromSeconds(30), RecoveryLimit = TimeSpan.FromSeconds(30) });
        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => sandbox.Commands.RunAsync("x", new CommandOptions { Timeout = limit }, Token));

        Assert.Equal((E2BTimeoutKind.Command, limit), (error.Kind, error.Limit));
        Assert.Contains("timeout of 0.6 s", error.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, limit, limit + TimeSpan.FromSeconds(2));
    }

    private static ParallelOptions Options => new() { MaxDegreeOfParallelism = 32, CancellationToken = Token };

    private static FakeServer Daemon(byte[][]? frames = null, byte[][]? afterwards = null, bool answersOthers = true) => new(async (line, exchange) =>
    {
        if (line.Contains("/process.Process/Start ", StringComparison.Ordinal))
        {
            await StreamAsync(exchange, frames ?? _frames);
        }
        else if (!answersOthers)
        {
            await Task.Delay(Timeout.Infinite, exchange.Stop);
        }
        else if (line.Contains("/process.Process/Connect ", StringComparison.Ordinal))
        {
            await StreamAsync(exchange, afterwards ?? [Frames.Start(7), Frames.Exit(ExitCode), Frames.Done()]);
        }
        else if (line.StartsWith("GET /health ", StringComparison.Ordinal))
        {
            await exchange.WriteAsync("HTTP/1.1 204 X\r\n\r\n"u8.ToArray());
        }
        else
        {
            await exchange.AnswerAsync(500, "text/plain", []);
        }
    });

    private static async Task StreamAsync(FakeExchange exchange, byte[][] frames)
    {
        await exchange.StartStreamAsync();
        foreach (byte[] frame in frames)
        {
            await exchange.ChunkAsync(frame);
        }

        await exchange.EndStreamAsync();
    }

    /// <summary>After how many bytes of the answer the process id is there, and how many there are in all.</summary>
    private static async Task<(int Start, int End)> MeasureAsync(FakeServer daemon)
    {
        await using var proxy = new FaultProxy(daemon.Url, Fault.Cut, int.MaxValue);
        await FakeServer.SandboxAt(proxy.Url, _timing with { Keepalive = TimeSpan.FromMinutes(1) }).Commands.RunAsync("x", cancellationToken: Token);
        int head = "HTTP/1.1 200 OK\r\nContent-Type: application/connect+proto\r\nTransfer-Encoding: chunked\r\n\r\n".Length;
        return (head + "x\r\n".Length + Frames.Start(7).Length, (int)proxy.BroughtBack);
    }

    private static async Task<Outcome> RunAsync(FakeServer daemon, Fault fault, int at, CancellationToken token)
    {
        await using var proxy = new FaultProxy(daemon.Url, fault, at);
        using E2BClient client = FakeServer.ClientAt(proxy.Url, _timing);
        Sandbox sandbox = client.Sandboxes.Attach("sbx1", new SandboxAccess { AccessToken = Client.AccessToken, EnvdVersion = "0.6.13" });
        var watch = Stopwatch.StartNew();
        var lines = new List<string>();
        try
        {
            var decoders = new Utf8LineDecoder[] { new(), new() };
            var options = new CommandOptions { RequestTimeout = TimeSpan.FromMilliseconds(700), Timeout = TimeSpan.Zero };
            await using CommandHandle handle = await sandbox.Commands.StartAsync("x", options, token);
            await foreach (CommandOutput output in handle.ReadOutputAsync(token))
            {
                if (output.IsGap)
                {
                    Array.ForEach(decoders, d => d.Gap());
                }
                else
                {
                    decoders[(int)output.Stream].Decode(output.Data.Span, lines);
                }
            }

            return new Outcome(handle.ExitCode, lines, null, watch.Elapsed);
        }
        catch (Exception e) when (!token.IsCancellationRequested)
        {
            return new Outcome(null, lines, e, watch.Elapsed);
        }
    }

    private static bool IsPartOf(List<string> lines, string[] expected)
    {
        int next = 0;
        foreach (string line in lines)
        {
            next = Array.IndexOf(expected, line, next) + 1;
            if (next == 0)
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Outcome(int? Code, List<string> Lines, Exception? Error, TimeSpan Elapsed)
    {
        public override string ToString() => $"code {Code}, {Elapsed.TotalSeconds:0.00} s, [{string.Join('|', Lines.Take(10))}] {Error?.GetType().Name}: {Error?.Message}";
    }
}
