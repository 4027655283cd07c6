using System.Net;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>Forks and snapshots.</summary>
public class CopyTests
{
    private const string Forked = """
        [{"sandbox":{"templateID":"tpl1","sandboxID":"f1","alias":"web","clientID":"","envdVersion":"0.6.13","envdAccessToken":"token-of-f1"}},
         {"error":{"code":429,"message":"too many sandboxes"}},
         {}]
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_fork_is_a_sandbox_or_a_failure()
    {
        var handler = new FakeHandler(r => r.Method == HttpMethod.Post ? Answers.Json(Forked, HttpStatusCode.Created) : Answers.Empty(204));
        using E2BClient client = Client.With(handler);

        IReadOnlyList<SandboxForkResult> forks = await client.Sandboxes.ForkAsync(
            "sbx1", new SandboxForkOptions { Count = 3, Timeout = TimeSpan.FromSeconds(60.5) }, Token);

        Assert.Equal(("/sandboxes/sbx1/fork", """{"timeout":61,"count":3}"""), (handler.Only.PathAndQuery, handler.Only.Text));
        Assert.Equal([true, false, false], forks.Select(f => f.IsSuccess));
        Assert.Equal(("f1", "web", SandboxState.Running), (forks[0].Sandbox!.SandboxId, forks[0].Sandbox!.Template, forks[0].Sandbox!.State));
        Assert.InRange(forks[0].Sandbox!.TimeLeft!.Value, TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(61));
        Assert.Contains("too many sandboxes", Assert.IsType<E2BRateLimitException>(forks[1].Error).Message, StringComparison.Ordinal);
        Assert.Equal("sbx1", forks[2].Error!.SandboxId);
        await forks[0].Sandbox!.IsRunningAsync(Token);
        Assert.Equal("token-of-f1", handler.Requests.Last().Headers["X-Access-Token"]);
    }

    [Fact]
    public async Task A_fork_of_a_known_sandbox_has_its_labels_but_not_its_mark()
    {
        var handler = Routes.Of(
            ("/fork", Routes.Json(Forked)),
            ("/sandboxes/sbx1", Routes.Json("""
                {"templateID":"tpl1","sandboxID":"sbx1","startedAt":"2026-01-02T03:04:05Z","endAt":"2026-01-02T03:09:05Z","cpuCount":4,"memoryMB":2048,"diskSizeMB":512,
                 "state":"running","envdVersion":"0.6.13","metadata":{"app":"ci","e2b-dotnet-request-id":"of the original"}}
                """)));
        using E2BClient client = Client.With(handler);
        Sandbox original = client.Sandboxes.Attach(await client.Sandboxes.GetAsync("sbx1", Token));

        Sandbox fork = (await original.ForkAsync(cancellationToken: Token))[0].Sandbox!;

        Assert.Equal([new("app", "ci")], fork.Metadata);
        Assert.Equal((4, 2048, 512), (fork.CpuCount, fork.MemoryMB, fork.DiskMB));
        Assert.Equal("""{"timeout":300,"count":1}""", handler.Requests.Last().Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public async Task A_number_of_forks_that_cannot_be_is_refused_here(int count)
    {
        using E2BClient client = Client.With(FakeHandler.Silent());

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Sandboxes.ForkAsync("sbx1", new SandboxForkOptions { Count = count }, Token));
    }

    [Theory]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(500)]
    [InlineData(0)]
    public async Task Forks_and_snapshots_whose_answer_is_lost_are_not_repeated_and_the_error_says_what_may_be_there(int status)
    {
        var handler = new FakeHandler(_ => status == 0 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Answers.Empty(status));
        using E2BClient client = Client.With(handler);

        Exception fork = (await Record.ExceptionAsync(() => client.Sandboxes.ForkAsync("sbx1", new SandboxForkOptions { Count = 3 }, Token)))!;
        Exception snapshot = (await Record.ExceptionAsync(() => client.Snapshots.CreateAsync("sbx1", cancellationToken: Token)))!;
        Exception named = (await Record.ExceptionAsync(() => client.Snapshots.CreateAsync("sbx1", "name:tag", Token)))!;

        Assert.Equal(3, handler.Requests.Count);
        Assert.All([fork, snapshot, named], e => Assert.IsType(status == 500 ? typeof(E2BException) : typeof(E2BUnreachableException), e));
        Assert.Contains("Up to 3 forks of sbx1 may run all the same", fork.Message, StringComparison.Ordinal);
        Assert.Contains("The snapshot may have been made all the same", snapshot.Message, StringComparison.Ordinal);
        Assert.Contains("The snapshot 'name:tag' may have been made all the same", named.Message, StringComparison.Ordinal);
        Assert.Equal(status == 0 ? null : status, ((E2BException)fork).StatusCode);
    }

    [Fact]
    public async Task Forks_and_snapshots_that_were_refused_are_repeated()
    {
        int calls = 0;
        var handler = new FakeHandler(r => (Interlocked.Increment(ref calls) % 2, r.PathAndQuery) switch
        {
            (1, _) => Answers.Error(429).With("Retry-After", "1"),
            (_, "/sandboxes/sbx1/fork") => Answers.Json(Forked),
            _ => Answers.Json("""{"snapshotID":"s1:default","names":[]}"""),
        });
        using E2BClient client = Client.With(handler);

        Assert.Equal(3, (await client.Sandboxes.ForkAsync("sbx1", cancellationToken: Token)).Count);
        Assert.Equal("s1:default", (await client.Snapshots.CreateAsync("sbx1", cancellationToken: Token)).SnapshotId);
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task What_never_left_is_no_reason_to_look_for_anything()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")));

        var error = await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.ForkAsync("sbx1", cancellationToken: Token));

        Assert.DoesNotContain("all the same", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_paused_sandbox_the_error_says_to_resume_it()
    {
        using E2BClient client = Client.With(Routes.Of(
            ("/fork", Routes.Status(404)),
            ("/snapshots", Routes.Status(404)),
            ("/sandboxes/sbx1", Routes.Json("""{"templateID":"t","sandboxID":"sbx1","startedAt":"2026-01-02T03:04:05Z","endAt":"2026-01-02T03:09:05Z","state":"paused","envdVersion":"0.6.13"}"""))));

        foreach (Func<Task> copy in new Func<Task>[] { () => client.Sandboxes.ForkAsync("sbx1", cancellationToken: Token), () => client.Snapshots.CreateAsync("sbx1", cancellationToken: Token) })
        {
            var error = await Assert.ThrowsAsync<E2BConflictException>(copy);
            Assert.Contains("paused", error.Message, StringComparison.Ordinal);
            Assert.Equal("sbx1", error.SandboxId);
        }
    }

    [Fact]
    public async Task Of_a_sandbox_that_is_not_there_it_is_not_found()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(404)));

        await Assert.ThrowsAsync<SandboxNotFoundException>(() => client.Sandboxes.ForkAsync("sbx1", cancellationToken: Token));
        await Assert.ThrowsAsync<SandboxNotFoundException>(() => client.Snapshots.CreateAsync("sbx1", "n", Token));
    }

    [Fact]
    public async Task Forks_that_were_given_up_are_ended_again()
    {
        var sent = new TaskCompletionSource();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        var handler = new FakeHandler(async (request, _) =>
        {
            if (request.Method != HttpMethod.Post)
            {
                return Answers.Empty(204);
            }

            sent.SetResult();
            return await answer.Task;
        });
        using E2BClient client = Client.With(handler);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task forking = client.Sandboxes.ForkAsync("sbx1", new SandboxForkOptions { Count = 3 }, stop.Token);
        await sent.Task;
        await stop.CancelAsync();
        answer.SetResult(Answers.Json(Forked));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => forking);

        Assert.Equal(["POST /sandboxes/sbx1/fork", "DELETE /sandboxes/f1"], handler.Requests.Select(r => $"{r.Method} {r.PathAndQuery}"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("name", false)]
    public async Task A_snapshot_that_was_given_up_is_deleted_again_unless_it_has_a_name(string? name, bool deleted)
    {
        var sent = new TaskCompletionSource();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        var handler = new FakeHandler(async (request, token) =>
        {
            if (request.Method != HttpMethod.Post)
            {
                return Answers.Empty(204);
            }

            sent.SetResult();
            return await answer.Task.WaitAsync(token);
        });
        using E2BClient client = Client.With(handler);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task making = client.Snapshots.CreateAsync("sbx1", name, stop.Token);
        await sent.Task;
        await stop.CancelAsync();
        answer.SetResult(Answers.Json("""{"snapshotID":"s1:default","names":[]}"""));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);

        Assert.Equal(deleted ? ["/sandboxes/sbx1/snapshots", "/templates/s1%3Adefault"] : ["/sandboxes/sbx1/snapshots"], handler.Requests.Select(r => r.PathAndQuery));
    }

    [Theory]
    [InlineData(null, "{}")]
    [InlineData("", "{}")]
    [InlineData("name:tag", """{"name":"name:tag"}""")]
    public async Task A_snapshot_may_have_a_name(string? name, string body)
    {
        var handler = new FakeHandler(_ => Answers.Json("""{"snapshotID":"team/name:tag","names":["team/name"]}""", HttpStatusCode.Created));
        Sandbox sandbox = Client.Sandbox(handler);

        SnapshotInfo snapshot = await sandbox.CreateSnapshotAsync(name, Token);

        Assert.Equal(("/sandboxes/sbx1/snapshots", body), (handler.Only.PathAndQuery, handler.Only.Text));
        Assert.Equal(("team/name:tag", "team/name", "sbx1"), (snapshot.SnapshotId, Assert.Single(snapshot.Names), snapshot.SourceSandboxId));
        Assert.Equal("team/name:tag", snapshot.ToString());
    }

    [Fact]
    public async Task A_list_of_snapshots_asks_for_no_page_more_than_is_read()
    {
        var handler = new FakeHandler(request => request.PathAndQuery switch
        {
            "/snapshots?sandboxID=sbx1&name=a%3Ab&limit=2" => Answers.Json("""[{"snapshotID":"1"},{"snapshotID":"2","names":["t/a"]}]""").With("X-Next-Token", "t/1"),
            "/snapshots?sandboxID=sbx1&name=a%3Ab&limit=2&nextToken=t%2F1" => Answers.Json("""[{"snapshotID":"3"}]"""),
            _ => Answers.Error(400, "unexpected"),
        });
        using E2BClient client = Client.With(handler);
        var filter = new SnapshotListFilter { SandboxId = "sbx1", Name = "a:b", PageSize = 2 };

        var seen = new List<string>();
        await foreach (SnapshotInfo snapshot in client.Snapshots.ListAsync(filter, Token))
        {
            seen.Add(snapshot.SnapshotId);
            Assert.Equal(seen.Count <= 2 ? 1 : 2, handler.Requests.Count);
            Assert.Equal("sbx1", snapshot.SourceSandboxId);
        }

        Assert.Equal(["1", "2", "3"], seen);
    }

    [Fact]
    public async Task All_snapshots_are_listed_without_a_filter()
    {
        var handler = new FakeHandler(_ => Answers.Json("""[{"snapshotID":"1","names":[]}]"""));
        using E2BClient client = Client.With(handler);

        await foreach (SnapshotInfo snapshot in client.Snapshots.ListAsync(cancellationToken: Token))
        {
            Assert.Null(snapshot.SourceSandboxId);
            Assert.Empty(snapshot.Names);
        }

        Assert.Equal("/snapshots", handler.Only.PathAndQuery);
    }

    [Theory]
    [InlineData(204, true)]
    [InlineData(404, false)]
    public async Task Delete_says_whether_it_was_there(int status, bool expected)
    {
        var handler = new FakeHandler(_ => status == 204 ? Answers.Empty(204) : Answers.Error(404));
        using E2BClient client = Client.With(handler);

        Assert.Equal(expected, await client.Snapshots.DeleteAsync("team/name:tag", Token));
        Assert.Equal("DELETE /templates/team%2Fname%3Atag", $"{handler.Only.Method} {handler.Only.PathAndQuery}");
    }

    [Fact]
    public async Task A_snapshot_in_use_is_a_conflict_that_says_what_to_do()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(400, "cannot delete template 's1' because there are paused sandboxes using it")));

        var error = await Assert.ThrowsAsync<E2BConflictException>(() => client.Snapshots.DeleteAsync("s1", Token));

        Assert.Contains("there are paused sandboxes using it. End the sandboxes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_id_is_refused_here()
    {
        using E2BClient client = Client.With(FakeHandler.Silent());

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Snapshots.DeleteAsync(" ", Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Snapshots.CreateAsync(string.Empty, cancellationToken: Token));
    }
}
