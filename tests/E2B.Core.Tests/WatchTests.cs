using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using E2B.Transport;

namespace E2B.Core.Tests;

public class WatchTests
{
    private const string Running = """
        {"sandboxID":"sbx1","templateID":"t","state":"running","startedAt":"2026-01-01T00:00:00Z","endAt":"2036-01-01T01:00:00Z","cpuCount":1,"memoryMB":1,"diskSizeMB":1,"envdVersion":"0.6.13"}
        """;

    private static readonly byte[] _removed = WatchFrames.Change(".", EventType.Remove);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_come_in_their_order_up_to_the_removal_of_the_directory()
    {
        var body = new ScriptedStream(
            WatchFrames.Started(),
            WatchFrames.Change("a", EventType.Create),
            WatchFrames.Keepalive(),
            WatchFrames.Change("sub/b", EventType.Write),
            WatchFrames.Change("a", EventType.Chmod),
            WatchFrames.Change("a", EventType.Rename),
            WatchFrames.Change("c", EventType.Remove),
            _removed,
            WatchFrames.Change("never", EventType.Create));
        FakeHandler handler = Routes.Of(("/WatchDir", _ => Answers.Stream(body)));
        Sandbox sandbox = Client.Sandbox(handler);
        DateTimeOffset before = DateTimeOffset.Now;

        List<SandboxFileEvent> seen = await CollectAsync(sandbox, "/w/");

        Assert.Equal(
            ["Create /w/a a", "Write /w/sub/b sub/b", "Chmod /w/a a", "Rename /w/a a", "Remove /w/c c", "Remove /w ."],
            seen.Select(one => $"{one} {one.Name}"));
        Assert.All(seen, one => Assert.Equal(("sbx1", null, false), (one.SandboxId, one.Entry, one.IsLoss)));
        Assert.All(seen, one => Assert.InRange(one.Time, before, DateTimeOffset.Now));

        // The daemon's stream does not end with the directory: it has to be closed here.
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task What_is_asked_for_is_on_the_wire()
    {
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(WatchFrames.Started(), _removed)));
        var options = new WatchOptions
        {
            Recursive = true, IncludeEntry = true, AllowNetworkMounts = true, User = "ann", Timeout = TimeSpan.FromSeconds(30),
        };

        await CollectAsync(Client.Sandbox(handler), "/w", options);

        SentRequest sent = handler.Only;
        WatchDirRequest request = Frames.Request<WatchDirRequest>(sent.Body);
        Assert.Equal(("/w", true, true, true), (request.Path, request.Recursive, request.IncludeEntry, request.AllowNetworkMounts));
        Assert.Equal("Basic " + Convert.ToBase64String("ann:"u8), sent.Headers["Authorization"]);
        Assert.Equal("10", sent.Headers["Keepalive-Ping-Interval"]);

        // The daemon's limit is the second line, after the client's.
        Assert.Equal("32000", sent.Headers["Connect-Timeout-Ms"]);
    }

    [Theory]
    [InlineData(null, "62000")]
    [InlineData(0, null)]
    public async Task The_limit_is_a_minute_unless_it_is_said_that_there_is_none(int? seconds, string? expected)
    {
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(WatchFrames.Started(), _removed)));
        var options = new WatchOptions { Timeout = seconds is { } given ? TimeSpan.FromSeconds(given) : null };

        await CollectAsync(Client.Sandbox(handler), "/w", options);

        Assert.Equal(expected, handler.Only.Headers.GetValueOrDefault("Connect-Timeout-Ms"));
    }

    [Fact]
    public async Task A_relative_path_is_looked_up_so_that_events_have_absolute_ones()
    {
        FakeHandler handler = Routes.Of(
            ("/Stat", _ => Answers.Proto(new StatResponse { Entry = new EntryInfo { Name = "w", Path = "/home/ann/w" } })),
            ("/WatchDir", Routes.Stream(WatchFrames.Started(), WatchFrames.Change("a", EventType.Create), _removed)));

        List<SandboxFileEvent> seen = await CollectAsync(Client.Sandbox(handler), "w", new WatchOptions { User = "ann" });

        Assert.Equal("/home/ann/w/a", seen[0].Path);
        Assert.Equal("/home/ann/w", Frames.Request<WatchDirRequest>(handler.Requests.Last().Body).Path);
    }

    [Theory]
    [InlineData("/", "/a")]
    [InlineData("/w//x/./y/..", "/w/x/a")]
    [InlineData("/../w", "/w/a")]
    public async Task A_path_may_be_written_in_other_ways(string path, string expected)
    {
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(WatchFrames.Started(), WatchFrames.Change("a", EventType.Create), _removed)));

        Assert.Equal(expected, (await CollectAsync(Client.Sandbox(handler), path))[0].Path);
    }

    [Fact]
    public async Task An_entry_comes_with_its_event()
    {
        var entry = new EntryInfo { Name = "a", Path = "/w/a", Type = FileType.File, Size = 12 };
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(WatchFrames.Started(), WatchFrames.Change("a", EventType.Write, entry), _removed)));

        List<SandboxFileEvent> seen = await CollectAsync(Client.Sandbox(handler), "/w", new WatchOptions { IncludeEntry = true });

        Assert.Equal(("/w/a", 12L, SandboxEntryType.File), (seen[0].Entry!.Path, seen[0].Entry!.Size, seen[0].Entry!.Type));
    }

    [Theory]
    [InlineData("0.1.3", "Recursive", "0.1.4")]
    [InlineData("0.6.2", "IncludeEntry", "0.6.3")]
    [InlineData("0.6.3", "AllowNetworkMounts", "0.6.4")]
    public async Task A_daemon_that_is_too_old_is_not_asked(string version, string option, string needed)
    {
        var handler = new FakeHandler(_ => Answers.Error(500));
        Sandbox sandbox = Client.Sandbox(handler, version);
        var options = new WatchOptions();
        typeof(WatchOptions).GetProperty(option)!.SetValue(options, true);

        var streamed = await Assert.ThrowsAsync<E2BTemplateException>(() => sandbox.Files.WatchDirectoryAsync("/w", options, Token));
        var polled = await Assert.ThrowsAsync<E2BTemplateException>(() => sandbox.Files.CreateWatcherAsync("/w", options, Token));

        Assert.Equal(streamed.Message, polled.Message);
        Assert.Contains(version, streamed.Message, StringComparison.Ordinal);
        Assert.Contains(needed, streamed.Message, StringComparison.Ordinal);
        Assert.Empty(handler.Requests);
    }

    [Theory]
    [InlineData("0.1.4", "Recursive")]
    [InlineData("0.6.3", "IncludeEntry")]
    [InlineData("0.6.4", "AllowNetworkMounts")]
    public async Task A_daemon_that_is_new_enough_is(string version, string option)
    {
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(WatchFrames.Started(), _removed)));
        var options = new WatchOptions();
        typeof(WatchOptions).GetProperty(option)!.SetValue(options, true);

        Assert.Single(await CollectAsync(Client.Sandbox(handler, version), "/w", options));
    }

    [Theory]
    [InlineData(ConnectCode.NotFound, "path /w not found", typeof(SandboxFileNotFoundException))]
    [InlineData(ConnectCode.InvalidArgument, "path /w not a directory", typeof(E2BInvalidArgumentException))]
    [InlineData(ConnectCode.Unauthenticated, "user", typeof(SandboxUserNotFoundException))]
    public async Task A_watch_that_cannot_begin_says_why(ConnectCode code, string message, Type expected)
    {
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(Frames.Error(code, message))));

        await Assert.ThrowsAsync(expected, () => Client.Sandbox(handler).Files.WatchDirectoryAsync("/w", cancellationToken: Token));
    }

    [Fact]
    public async Task A_network_mount_is_refused_with_the_way_out()
    {
        FakeHandler handler = Routes.Of(
            ("/WatchDir", Routes.Stream(Frames.Error(ConnectCode.InvalidArgument, "cannot watch path on network filesystem: /w"))));

        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(
            () => Client.Sandbox(handler).Files.WatchDirectoryAsync("/w", cancellationToken: Token));

        Assert.Contains("AllowNetworkMounts", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_leaves_a_gap()
    {
        FakeHandler handler = InTurn(
            Routes.Broken(WatchFrames.Started(), WatchFrames.Change("a", EventType.Create)),
            Routes.Stream(WatchFrames.Started(), WatchFrames.Change("b", EventType.Create), _removed));

        List<SandboxFileEvent> seen = await CollectAsync(
            Client.Sandbox(handler), "/w", new WatchOptions { Recursive = true, Timeout = TimeSpan.FromSeconds(30) });

        Assert.Equal(["Create /w/a", "Gap /w", "Create /w/b", "Remove /w"], seen.Select(one => one.ToString()));
        Assert.Equal([".", "."], seen.Where(one => one.Type is SandboxFileEventType.Gap or SandboxFileEventType.Remove).Select(one => one.Name));
        Assert.True(seen[1].IsLoss);
        SentRequest again = handler.Requests.Last();
        Assert.True(Frames.Request<WatchDirRequest>(again.Body).Recursive);
        Assert.InRange(long.Parse(again.Headers["Connect-Timeout-Ms"], null), 20_000, 32_000);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData(ConnectCode.Unavailable, "going down")]
    [InlineData(ConnectCode.Canceled, "context canceled")]
    [InlineData(ConnectCode.Internal, "watcher event channel closed")]
    public async Task A_daemon_that_lets_go_is_asked_again(ConnectCode? code, string message)
    {
        FakeHandler handler = InTurn(
            Routes.Stream(WatchFrames.Started(), code is { } known ? Frames.Error(known, message) : Frames.Done()),
            Routes.Stream(WatchFrames.Started(), _removed));

        Assert.Equal([SandboxFileEventType.Gap, SandboxFileEventType.Remove], (await CollectAsync(Client.Sandbox(handler), "/w")).Select(one => one.Type));
    }

    [Fact]
    public async Task Silence_is_looked_into_and_leaves_a_gap()
    {
        int opened = 0;
        FakeHandler handler = Routes.Of(
            ("/WatchDir", _ => Answers.Stream(Interlocked.Increment(ref opened) == 1
                ? new ScriptedStream(WatchFrames.Started())
                : ScriptedStream.Of(WatchFrames.Started(), _removed))),
            ("/health", Routes.Status(204)));

        List<SandboxFileEvent> seen = await CollectAsync(Client.Sandbox(handler, change: Fast), "/w");

        Assert.Equal([SandboxFileEventType.Gap, SandboxFileEventType.Remove], seen.Select(one => one.Type));
        Assert.Equal(1, handler.Requests.Count(one => one.PathAndQuery == "/health"));
    }

    [Fact]
    public async Task An_overflow_is_an_event_and_the_watch_goes_on_however_often_it_comes()
    {
        // More often than a connection that breaks would be made again.
        int times = Client.Timing.RecoveryWaits.Count + 3;
        int opened = 0;
        FakeHandler handler = Routes.Of(("/WatchDir", _ => Answers.Stream(Interlocked.Increment(ref opened) <= times
            ? ScriptedStream.Of(WatchFrames.Started(), WatchFrames.Change("a", EventType.Create), Frames.Error(ConnectCode.Internal, WatchFrames.Overflow))
            : ScriptedStream.Of(WatchFrames.Started(), _removed))));

        List<SandboxFileEvent> seen = await CollectAsync(Client.Sandbox(handler), "/w");

        Assert.Equal(times, seen.Count(one => one.Type == SandboxFileEventType.Overflow));
        Assert.Equal(times, seen.Count(one => one.Type == SandboxFileEventType.Create));
        Assert.DoesNotContain(seen, one => one.Type == SandboxFileEventType.Gap);
    }

    [Fact]
    public async Task A_daemon_that_can_only_overflow_is_given_up()
    {
        FakeHandler handler = Routes.Of(
            ("/WatchDir", Routes.Stream(WatchFrames.Started(), Frames.Error(ConnectCode.Internal, WatchFrames.Overflow))),
            ("/health", Routes.Status(204)),
            ("/sandboxes/sbx1", Routes.Json(Running)));

        await Assert.ThrowsAsync<E2BUnreachableException>(() => CollectAsync(Client.Sandbox(handler), "/w"));
    }

    [Fact]
    public async Task Another_failure_of_the_daemon_is_the_readers()
    {
        FakeHandler handler = Routes.Of(("/WatchDir", Routes.Stream(WatchFrames.Started(), Frames.Error(ConnectCode.Internal, "error getting relative path"))));

        var error = await Assert.ThrowsAsync<E2BException>(() => CollectAsync(Client.Sandbox(handler), "/w"));

        Assert.Contains("error getting relative path", error.Message, StringComparison.Ordinal);
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_directory_that_went_with_the_connection_ends_the_events_after_a_gap()
    {
        FakeHandler handler = InTurn(
            Routes.Broken(WatchFrames.Started()),
            Routes.Stream(Frames.Error(ConnectCode.NotFound, "path /w not found")));

        Assert.Equal([SandboxFileEventType.Gap], (await CollectAsync(Client.Sandbox(handler), "/w")).Select(one => one.Type));
    }

    [Fact]
    public async Task A_directory_moved_away_ends_them_too()
    {
        var body = new ScriptedStream(WatchFrames.Started(), WatchFrames.Change(".", EventType.Rename));
        FakeHandler handler = Routes.Of(("/WatchDir", _ => Answers.Stream(body)));

        Assert.Equal("Rename /w", Assert.Single(await CollectAsync(Client.Sandbox(handler), "/w")).ToString());
    }

    [Fact]
    public async Task A_sandbox_that_is_gone_is_told_by_the_control_plane()
    {
        FakeHandler handler = Routes.Of(
            ("/WatchDir", InTurnOf(Routes.Broken(WatchFrames.Started()), Routes.Status(502))),
            ("/health", Routes.Status(502)),
            ("/sandboxes/sbx1", Routes.Status(404)));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => CollectAsync(Client.Sandbox(handler), "/w"));

        Assert.Equal(E2BTimeoutKind.SandboxEnded, error.Kind);
    }

    [Fact]
    public async Task The_timeout_is_an_error_of_its_own_kind()
    {
        using var body = new ScriptedStream(WatchFrames.Started());
        FakeHandler handler = Routes.Of(("/WatchDir", _ => Answers.Stream(body)));
        var options = new WatchOptions { Timeout = TimeSpan.FromMilliseconds(200) };

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => CollectAsync(Client.Sandbox(handler), "/w", options));

        Assert.Equal((E2BTimeoutKind.Watch, options.Timeout), (error.Kind, error.Limit));
        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task The_timeout_holds_where_something_happens_all_the_time()
    {
        using var body = new ScriptedStream(WatchFrames.Started());
        using var busy = new Timer(_ => body.Send(WatchFrames.Change("a", EventType.Write)), null, 0, 1);
        FakeHandler handler = Routes.Of(("/WatchDir", _ => Answers.Stream(body)));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => CollectAsync(Client.Sandbox(handler), "/w", new WatchOptions { Timeout = TimeSpan.FromMilliseconds(200) }));

        Assert.Equal(E2BTimeoutKind.Watch, error.Kind);
    }

    [Fact]
    public async Task Reading_may_be_given_up_and_taken_up_again()
    {
        using var body = new ScriptedStream(WatchFrames.Started());
        await using DirectoryWatch watch = await Client.Sandbox(Routes.Of(("/WatchDir", _ => Answers.Stream(body))))
            .Files.WatchDirectoryAsync("/w", cancellationToken: Token);
        using (var source = new CancellationTokenSource(50))
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ReadAsync(watch, source.Token));
        }

        body.Send(WatchFrames.Change("a", EventType.Create), _removed);

        Assert.Equal(["Create /w/a", "Remove /w"], (await ReadAsync(watch, Token)).Select(one => one.ToString()));
    }

    [Fact]
    public async Task Leaving_early_and_disposing_close_the_connection()
    {
        var body = new ScriptedStream(WatchFrames.Started(), WatchFrames.Change("a", EventType.Create), WatchFrames.Change("b", EventType.Create));
        Sandbox sandbox = Client.Sandbox(Routes.Of(("/WatchDir", _ => Answers.Stream(body))));
        await foreach (SandboxFileEvent one in sandbox.Files.WatchAsync("/w", cancellationToken: Token))
        {
            Assert.Equal("a", one.Name);
            break;
        }

        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task Ending_a_watch_ends_whoever_reads_it()
    {
        var body = new ScriptedStream(WatchFrames.Started());
        DirectoryWatch watch = await Client.Sandbox(Routes.Of(("/WatchDir", _ => Answers.Stream(body))))
            .Files.WatchDirectoryAsync("/w", cancellationToken: Token);
        Task<List<SandboxFileEvent>> reading = ReadAsync(watch, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(watch, Token));

        await watch.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
    }

    private static StreamTiming FastTiming => Client.Timing with
    {
        Keepalive = TimeSpan.FromMilliseconds(50),
        SilenceGrace = TimeSpan.FromMilliseconds(100),
    };

    private static E2BConnectionOptions Fast(E2BConnectionOptions options) => options with { Timing = FastTiming };

    /// <summary>The first watch gets the first answer, and so on.</summary>
    private static FakeHandler InTurn(params Func<SentRequest, HttpResponseMessage>[] answers) => Routes.Of(("/WatchDir", InTurnOf(answers)));

    private static Func<SentRequest, HttpResponseMessage> InTurnOf(params Func<SentRequest, HttpResponseMessage>[] answers)
    {
        int next = -1;
        return request => answers[Math.Min(Interlocked.Increment(ref next), answers.Length - 1)](request);
    }

    private static async Task<List<SandboxFileEvent>> CollectAsync(Sandbox sandbox, string path, WatchOptions? options = null)
    {
        var seen = new List<SandboxFileEvent>();
        await foreach (SandboxFileEvent one in sandbox.Files.WatchAsync(path, options, Token))
        {
            seen.Add(one);
        }

        return seen;
    }

    private static async Task<List<SandboxFileEvent>> ReadAsync(DirectoryWatch watch, CancellationToken cancellationToken)
    {
        var seen = new List<SandboxFileEvent>();
        await foreach (SandboxFileEvent one in watch.ReadEventsAsync(cancellationToken))
        {
            seen.Add(one);
        }

        return seen;
    }
}
