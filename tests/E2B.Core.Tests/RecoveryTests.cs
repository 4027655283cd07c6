using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.Core.Tests;

public class RecoveryTests
{
    private const string Detail = """
        {"sandboxID":"sbx1","templateID":"t","state":"STATE","startedAt":"2026-01-01T00:00:00Z","endAt":"2026-01-01T01:00:00Z","cpuCount":1,"memoryMB":1,"diskSizeMB":1,"envdVersion":"0.6.13"}
        """;

    private static readonly Func<SentRequest, HttpResponseMessage> _breaks = Routes.Broken(Frames.Start(7), Frames.StdOut("a\n"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A sandbox of which is known that traffic does not wake it.</summary>
    private static Sandbox NotWoken(FakeHandler handler, Func<E2BConnectionOptions, E2BConnectionOptions>? change = null) => Client.With(handler, change)
        .Sandboxes.Attach(new SandboxInfo { SandboxId = "sbx1", TemplateId = "t", EnvdVersion = "0.6.13", AutoResume = false, IsDetailed = true });

    [Fact]
    public async Task A_broken_stream_goes_on_after_a_gap()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _breaks),
            ("/Connect", Routes.Stream(Frames.Start(7), Frames.StdOut("b\n"), Frames.Exit(3), Frames.Done())));
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);
        var seen = new List<string>();

        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            seen.Add(output.IsGap ? "gap" : Encoding.UTF8.GetString(output.Data.Span));
        }

        Assert.Equal(["a\n", "gap", "b\n"], seen);
        Assert.Equal((3, 1, 1), (handle.ExitCode, handle.ReattachCount, handle.Result!.ReattachCount));
        SentRequest again = Assert.Single(handler.Requests, r => r.PathAndQuery.EndsWith("/Connect", StringComparison.Ordinal));
        Assert.Equal(7u, Frames.Request<ConnectRequest>(again.Body).Process.Pid);
    }

    [Fact]
    public async Task The_limit_that_is_left_goes_with_the_new_connection()
    {
        FakeHandler handler = Routes.Of(("/Start", _breaks), ("/Connect", Routes.Stream(Frames.Start(7), Frames.Exit(), Frames.Done())));

        await Client.Sandbox(handler).Commands.RunAsync("x", new CommandOptions { Timeout = TimeSpan.FromSeconds(30) }, Token);

        Assert.InRange(long.Parse(handler.Requests.Last().Headers["Connect-Timeout-Ms"], null), 20_000, 32_000);
    }

    [Theory]
    [InlineData("a\nb", "c\nd\n", "a\nd\n")]
    [InlineData("a\n", "c\nd\n", "a\nc\nd\n")]
    [InlineData("b", "c", "")]
    public async Task Captured_text_has_whole_lines_around_a_gap(string before, string after, string expected)
    {
        FakeHandler handler = Routes.Of(
            ("/Start", Routes.Broken(Frames.Start(7), Frames.StdOut(before))),
            ("/Connect", Routes.Stream(Frames.Start(7), Frames.StdOut(after), Frames.Exit(), Frames.Done())));

        CommandResult result = await Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal((expected, 1), (result.StandardOutput, result.ReattachCount));
    }

    [Fact]
    public async Task An_end_that_was_seen_counts_whatever_the_connection_does_then()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Broken(Frames.Start(7), Frames.Exit(4))));

        Assert.Equal(4, (await Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token)).ExitCode);
        Assert.Single(handler.Requests);
    }

    [Theory]
    [InlineData("404", E2BTimeoutKind.SandboxEnded, "killed or reached the end of its lifetime")]
    [InlineData("paused", E2BTimeoutKind.SandboxPaused, "was paused")]
    [InlineData("500", E2BTimeoutKind.SandboxEnded, "killed or reached the end of its lifetime")]
    public async Task A_sandbox_that_is_gone_is_told_by_the_control_plane(string plane, E2BTimeoutKind kind, string expected)
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _breaks),
            ("/Connect", Routes.Status(502)),
            ("/health", Routes.Status(502)),
            ("/sandboxes/sbx1", plane == "paused" ? Routes.Json(Detail.Replace("STATE", "paused", StringComparison.Ordinal)) : _ => Answers.Error(int.Parse(plane, null))));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token));

        Assert.Equal(kind, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.IsType<HttpIOException>(error.InnerException);
    }

    [Fact]
    public async Task A_paused_sandbox_that_traffic_may_wake_is_left_alone()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _breaks),
            ("/Connect", Routes.Stream(Frames.Start(7), Frames.Exit(), Frames.Done())),
            ("/sandboxes/sbx1", Routes.Json(Detail.Replace("STATE", "paused", StringComparison.Ordinal))));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token));

        Assert.Equal(E2BTimeoutKind.SandboxPaused, error.Kind);
        Assert.DoesNotContain(handler.Requests, r => r.PathAndQuery.EndsWith("/Connect", StringComparison.Ordinal) || r.PathAndQuery.EndsWith("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sandbox_that_traffic_does_not_wake_is_attached_to_at_once()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _breaks), ("/Connect", Routes.Stream(Frames.Start(7), Frames.Exit(3), Frames.Done())));

        CommandResult result = await NotWoken(handler).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal(3, result.ExitCode);
        Assert.DoesNotContain(handler.Requests, r => r.PathAndQuery.EndsWith("/sandboxes/sbx1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "The sandbox itself runs")]
    [InlineData(false, "check the network")]
    public async Task A_network_that_fails_says_what_is_known_of_the_sandbox(bool planeAnswers, string expected)
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _breaks),
            ("/Connect", Routes.Unreachable()),
            ("/health", Routes.Unreachable()),
            ("/sandboxes/sbx1", planeAnswers ? Routes.Json(Detail.Replace("STATE", "running", StringComparison.Ordinal)) : Routes.Unreachable()));

        var error = await Assert.ThrowsAsync<E2BUnreachableException>(() => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(Client.Timing.RecoveryWaits.Count, handler.Requests.Count(r => r.PathAndQuery.EndsWith("/Connect", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_process_that_is_not_known_any_more_has_lost_its_exit_code_and_the_error_says_so()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _breaks),
            ("/Connect", Routes.Stream(Frames.Error(ConnectCode.NotFound, "process with pid 7 not found"))));

        var error = await Assert.ThrowsAsync<SandboxProcessNotFoundException>(
            () => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token));

        Assert.Contains("its exit code is not known", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_always_breaks_is_given_up()
    {
        FakeHandler handler = Routes.Of(("/Start", _breaks), ("/Connect", _breaks), ("/health", Routes.Status(204)));
        var options = new CommandOptions { Timeout = TimeSpan.Zero };

        await Assert.ThrowsAsync<E2BUnreachableException>(() => Client.Sandbox(handler).Commands.RunAsync("x", options, Token));
    }

    [Fact]
    public async Task Bytes_that_are_no_stream_stay_an_error_when_they_come_again()
    {
        byte[] garbled = [.. Frames.Start(7), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(garbled)), ("/Connect", Routes.Stream(garbled)), ("/health", Routes.Status(204)));

        var error = await Assert.ThrowsAsync<E2BProtocolException>(() => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: Token));

        Assert.Contains("marked as compressed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_leads_to_a_probe_and_to_another_connection()
    {
        FakeHandler handler = Routes.Of(
            ("/Start", _ => Answers.Stream(new ScriptedStream(Frames.Start(7)))),
            ("/Connect", Routes.Stream(Frames.Start(7), Frames.Exit(6), Frames.Done())),
            ("/health", Routes.Status(204)));
        Sandbox sandbox = NotWoken(handler, Fast);

        CommandResult result = await sandbox.Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal(6, result.ExitCode);
        Assert.Equal(["/process.Process/Start", "/health", "/process.Process/Connect"], handler.Requests.Select(r => r.PathAndQuery));
    }

    [Fact]
    public async Task Bytes_that_never_become_a_message_are_silence_too()
    {
        // A length garbled on the way: all that comes is taken for a part of one huge message.
        using var body = new ScriptedStream(Frames.Start(7), [0, 0, 0xff, 0xff, 0xff]);
        using var ticks = new Timer(_ => body.Send(Frames.Keepalive()), null, 10, 10);
        FakeHandler handler = Routes.Of(
            ("/Start", _ => Answers.Stream(body)),
            ("/Connect", Routes.Stream(Frames.Start(7), Frames.Exit(6), Frames.Done())),
            ("/health", Routes.Status(204)));

        CommandResult result = await Client.Sandbox(handler, change: Fast).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal(6, result.ExitCode);
    }

    [Fact]
    public async Task Signs_of_life_keep_a_silent_command_alone()
    {
        using var body = new ScriptedStream(Frames.Start(7));
        int left = 40;
        using var ticks = new Timer(
            _ =>
            {
                switch (Interlocked.Decrement(ref left))
                {
                    case > 0:
                        body.Send(Frames.Keepalive());
                        break;
                    case 0:
                        body.Send(Frames.Exit(), Frames.Done());
                        break;
                }
            },
            null,
            10,
            10);
        FakeHandler handler = Routes.Of(("/Start", _ => Answers.Stream(body)));

        await Client.Sandbox(handler, change: Fast).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task Time_in_which_nobody_reads_is_no_silence()
    {
        var body = new ScriptedStream(Frames.Start(7));
        var handler = Routes.Of(("/Start", _ => Answers.Stream(body)));
        await using CommandHandle handle = await Client.Sandbox(handler, change: Fast).Commands.StartAsync("x", cancellationToken: Token);
        using (var source = new CancellationTokenSource())
        {
            Task<CommandResult> waiting = handle.WaitAsync(source.Token);
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await Task.Delay(FastTiming.SilenceLimit * 2, Token);
        body.Send(Frames.Exit(), Frames.Done()).Close();

        await handle.WaitAsync(Token);
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_wait_given_up_while_attaching_again_is_taken_up_by_the_next()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        int connects = 0;
        var handler = new FakeHandler(async (request, token) =>
        {
            if (request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal))
            {
                return _breaks(request);
            }

            if (Interlocked.Increment(ref connects) == 1)
            {
                await source.CancelAsync();
                token.ThrowIfCancellationRequested();
            }

            return Answers.Stream(ScriptedStream.Of(Frames.Start(7), Frames.StdOut("b\n"), Frames.Exit(2), Frames.Done()));
        });
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handle.WaitAsync(source.Token));
        CommandResult result = await handle.WaitAsync(Token);

        Assert.Equal((2, "a\nb\n", 1), (result.ExitCode, result.StandardOutput, result.ReattachCount));
    }

    [Fact]
    public async Task Letting_go_ends_attaching_again()
    {
        var asked = new TaskCompletionSource();
        var handler = new FakeHandler(async (request, token) =>
        {
            if (request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal))
            {
                return _breaks(request);
            }

            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        });
        CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);
        Task<CommandResult> waiting = handle.WaitAsync(Token);
        await asked.Task;

        await handle.DisconnectAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
    }

    private static Transport.StreamTiming FastTiming => Client.Timing with
    {
        Keepalive = TimeSpan.FromMilliseconds(50),
        SilenceGrace = TimeSpan.FromMilliseconds(100),
    };

    private static E2BConnectionOptions Fast(E2BConnectionOptions options) => options with { Timing = FastTiming };
}
