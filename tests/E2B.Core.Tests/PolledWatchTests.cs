using E2B.Core.Tests.Fakes;
using E2B.Protocol.Filesystem;

namespace E2B.Core.Tests;

public class PolledWatchTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_what_has_happened_since_the_last_call()
    {
        var daemon = new Daemon();
        PolledDirectoryWatcher watcher = await daemon.Sandbox.Files.CreateWatcherAsync(
            "/w", new WatchOptions { Recursive = true, IncludeEntry = true, AllowNetworkMounts = true, User = "ann" }, Token);
        daemon.Events.Add(new FilesystemEvent { Name = "a", Type = EventType.Create });
        daemon.Events.Add(new FilesystemEvent { Name = "d/b", Type = EventType.Write, Entry = new EntryInfo { Name = "b", Path = "/w/d/b", Size = 3 } });

        IReadOnlyList<SandboxFileEvent> first = await watcher.GetNewEventsAsync(Token);
        IReadOnlyList<SandboxFileEvent> second = await watcher.GetNewEventsAsync(Token);

        Assert.Equal(["Create /w/a", "Write /w/d/b"], first.Select(one => one.ToString()));
        Assert.Equal(3, first[1].Entry!.Size);
        Assert.Empty(second);
        Assert.True(await watcher.StopAsync(Token));
        Assert.Equal((1, 1), (daemon.Created.Count, daemon.Removed.Count));
        Assert.Equal("w1", daemon.Removed[0]);
        CreateWatcherRequest request = daemon.Created[0];
        Assert.Equal(("/w", true, true, true), (request.Path, request.Recursive, request.IncludeEntry, request.AllowNetworkMounts));
        Assert.All(daemon.Handler.Requests, one => Assert.Equal("Basic " + Convert.ToBase64String("ann:"u8), one.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_stopped_watcher_is_removed_once_and_says_nothing_more()
    {
        var daemon = new Daemon();
        PolledDirectoryWatcher watcher = await daemon.Sandbox.Files.CreateWatcherAsync("/w", cancellationToken: Token);

        await watcher.DisposeAsync();
        await watcher.DisposeAsync();

        Assert.False(await watcher.StopAsync(Token));
        Assert.Equal(["w1"], daemon.Removed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => watcher.GetNewEventsAsync(Token));
    }

    [Fact]
    public async Task One_that_has_gone_by_itself_was_not_there()
    {
        var daemon = new Daemon { Fails = _ => Answers.Json("""{"code":"not_found","message":"watcher with id w1 not found"}""", System.Net.HttpStatusCode.NotFound) };
        PolledDirectoryWatcher watcher = await daemon.Sandbox.Files.CreateWatcherAsync("/w", cancellationToken: Token);

        Assert.False(await watcher.StopAsync(Token));
    }

    [Theory]
    [InlineData(500, "internal", WatchFrames.Overflow, SandboxFileEventType.Overflow)]
    [InlineData(404, "not_found", "watcher with id w1 not found", SandboxFileEventType.Gap)]
    public async Task A_watcher_that_has_given_up_is_replaced_and_the_reader_is_told(int status, string code, string message, SandboxFileEventType expected)
    {
        var daemon = new Daemon();
        PolledDirectoryWatcher watcher = await daemon.Sandbox.Files.CreateWatcherAsync("/w", cancellationToken: Token);
        daemon.FailNext(Answers.Json($$"""{"code":"{{code}}","message":"{{message}}"}""", (System.Net.HttpStatusCode)status));

        IReadOnlyList<SandboxFileEvent> told = await watcher.GetNewEventsAsync(Token);
        daemon.Events.Add(new FilesystemEvent { Name = "a", Type = EventType.Create });
        IReadOnlyList<SandboxFileEvent> after = await watcher.GetNewEventsAsync(Token);

        Assert.Equal((expected, "."), (Assert.Single(told).Type, told[0].Name));
        Assert.Equal("Create /w/a", Assert.Single(after).ToString());
        Assert.Equal((2, "w1"), (daemon.Created.Count, Assert.Single(daemon.Removed)));
    }

    [Fact]
    public async Task A_lost_answer_leaves_a_gap_in_the_next()
    {
        var daemon = new Daemon();
        PolledDirectoryWatcher watcher = await daemon.Sandbox.Files.CreateWatcherAsync("/w", cancellationToken: Token);
        daemon.FailNext(new HttpIOException(HttpRequestError.ResponseEnded));
        await Assert.ThrowsAsync<E2BUnreachableException>(() => watcher.GetNewEventsAsync(Token));
        daemon.Events.Add(new FilesystemEvent { Name = "a", Type = EventType.Create });

        Assert.Equal(["Gap /w", "Create /w/a"], (await watcher.GetNewEventsAsync(Token)).Select(one => one.ToString()));
        Assert.Empty(await watcher.GetNewEventsAsync(Token));
    }

    [Fact]
    public async Task After_the_directorys_removal_nobody_is_asked_any_more()
    {
        var daemon = new Daemon();
        PolledDirectoryWatcher watcher = await daemon.Sandbox.Files.CreateWatcherAsync("/w", cancellationToken: Token);
        daemon.Events.Add(new FilesystemEvent { Name = ".", Type = EventType.Remove });
        Assert.False(watcher.IsEnded);

        Assert.Equal("Remove /w", Assert.Single(await watcher.GetNewEventsAsync(Token)).ToString());
        int asked = daemon.Handler.Requests.Count;

        Assert.True(watcher.IsEnded);
        Assert.Empty(await watcher.GetNewEventsAsync(Token));
        Assert.Equal(asked, daemon.Handler.Requests.Count);
    }

    [Fact]
    public async Task A_watcher_that_was_given_up_while_it_was_made_is_removed()
    {
        var daemon = new Daemon();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asked = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        daemon.BeforeCreate = () =>
        {
            asked.SetResult();
            return mayAnswer.Task;
        };
        Task<PolledDirectoryWatcher> creating = daemon.Sandbox.Files.CreateWatcherAsync("/w", cancellationToken: source.Token);
        await asked.Task;

        await source.CancelAsync();
        mayAnswer.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => creating);

        Assert.Equal((1, "w1"), (daemon.Created.Count, Assert.Single(daemon.Removed)));
    }

    /// <summary>A fake: watchers as the daemon keeps them.</summary>
    private sealed class Daemon
    {
        private readonly Queue<object> _failures = new();

        public Daemon()
        {
            Handler = new FakeHandler(async (request, _) => await AnswerAsync(request));
            Sandbox = Client.Sandbox(Handler);
        }

        public FakeHandler Handler { get; }

        public Sandbox Sandbox { get; }

        public List<FilesystemEvent> Events { get; } = [];

        public List<CreateWatcherRequest> Created { get; } = [];

        public List<string> Removed { get; } = [];

        /// <summary>What every removal is answered with instead.</summary>
        public Func<string, HttpResponseMessage>? Fails { get; init; }

        public Func<Task>? BeforeCreate { get; set; }

        public void FailNext(object answer) => _failures.Enqueue(answer);

        private async Task<HttpResponseMessage> AnswerAsync(SentRequest request)
        {
            switch (request.PathAndQuery.Split('/')[^1])
            {
                case "CreateWatcher":
                    await (BeforeCreate?.Invoke() ?? Task.CompletedTask);
                    Created.Add(CreateWatcherRequest.Parser.ParseFrom(request.Body));
                    return Answers.Proto(new CreateWatcherResponse { WatcherId = $"w{Created.Count}" });
                case "GetWatcherEvents" when _failures.TryDequeue(out object? failure):
                    return failure as HttpResponseMessage ?? throw (Exception)failure;
                case "GetWatcherEvents":
                    Assert.Equal($"w{Created.Count}", GetWatcherEventsRequest.Parser.ParseFrom(request.Body).WatcherId);
                    var answer = new GetWatcherEventsResponse { Events = { Events } };
                    Events.Clear();
                    return Answers.Proto(answer);
                case "RemoveWatcher" when Fails is not null:
                    return Fails(request.PathAndQuery);
                case "RemoveWatcher":
                    Removed.Add(RemoveWatcherRequest.Parser.ParseFrom(request.Body).WatcherId);
                    return Answers.Proto(new RemoveWatcherResponse());
                default:
                    return Answers.Error(500, "no such route");
            }
        }
    }
}
