using System.Net;
using System.Text.Json.Nodes;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class PauseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, "{}")]
    [InlineData(false, """{"memory":false}""")]
    public async Task Pause_says_whether_the_memory_is_to_be_kept(bool keepMemory, string body)
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        using E2BClient client = Client.With(handler);

        Assert.True(await client.Sandboxes.PauseAsync("sbx/1", keepMemory, Token));

        Assert.Equal("POST /sandboxes/sbx%2F1/pause", $"{handler.Only.Method} {handler.Only.PathAndQuery}");
        Assert.Equal(body, handler.Only.Text);
    }

    [Fact]
    public async Task Pausing_what_is_paused_says_false()
    {
        using E2BClient client = Client.With(Routes.Of(("/pause", Routes.Status(409)), ("/sandboxes/sbx1", Routes.Json(Detail("paused")))));

        Assert.False(await client.Sandboxes.PauseAsync("sbx1", cancellationToken: Token));
    }

    [Fact]
    public async Task A_conflict_of_another_kind_is_not_taken_for_a_pause()
    {
        using E2BClient client = Client.With(Routes.Of(
            ("/pause", _ => Answers.Error(409, "cannot be paused while in 'snapshotting' state")), ("/sandboxes/sbx1", Routes.Json(Detail("running")))));

        var error = await Assert.ThrowsAsync<E2BConflictException>(() => client.Sandboxes.PauseAsync("sbx1", cancellationToken: Token));

        Assert.Contains("snapshotting", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pausing_what_is_not_there_is_an_error()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(404)));

        await Assert.ThrowsAsync<SandboxNotFoundException>(() => client.Sandboxes.PauseAsync("sbx1", cancellationToken: Token));
    }

    [Fact]
    public async Task A_pause_is_repeated_when_its_answer_is_lost()
    {
        int calls = 0;
        using E2BClient client = Client.With(new FakeHandler(_ => Interlocked.Increment(ref calls) == 1
            ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : Answers.Empty(204)));

        Assert.True(await client.Sandboxes.PauseAsync("sbx1", cancellationToken: Token));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task In_debug_mode_a_pause_is_asked_for_as_the_official_clients_do()
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        using E2BClient client = Client.With(handler, o => o with { Debug = true });

        Assert.True(await client.Sandboxes.PauseAsync("sbx1", cancellationToken: Token));

        Assert.Equal("http://localhost:3000/sandboxes/sbx1/pause", handler.Only.Uri.ToString());
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, null, true, SandboxResumption.None)]
    [InlineData(HttpStatusCode.Created, "memory", true, SandboxResumption.Memory)]
    [InlineData(HttpStatusCode.Created, "files", true, SandboxResumption.Files)]
    [InlineData(HttpStatusCode.Created, null, true, SandboxResumption.Unknown)]
    [InlineData(HttpStatusCode.Created, null, false, SandboxResumption.Files)]
    public async Task Connect_tells_how_the_sandbox_came_back(HttpStatusCode status, string? header, bool keepMemory, SandboxResumption expected)
    {
        var handler = new FakeHandler(_ => header is null ? Answers.Json(Model(), status) : Answers.Json(Model(), status).With("E2b-Resumed-From", header));
        using E2BClient client = Client.With(handler);

        Sandbox sandbox = await client.Sandboxes.ResumeAsync("sbx1", TimeSpan.FromSeconds(20), keepMemory, Token);

        Assert.Equal(expected, sandbox.ResumedFrom);
        Assert.Equal(SandboxState.Running, sandbox.State);
        Assert.Equal(keepMemory ? """{"timeout":20}""" : """{"timeout":20,"memory":false}""", handler.Only.Text);
    }

    [Fact]
    public async Task An_old_object_goes_on_with_what_a_connect_brings()
    {
        var handler = Routes.Of(
            ("/pause", Routes.Status(204)),
            ("/connect", _ => Answers.Json(Model("sandbox-token-new", "0.7.1"), HttpStatusCode.Created).With("E2b-Resumed-From", "files")),
            ("/health", Routes.Status(204)));
        Sandbox sandbox = Client.Sandbox(handler);
        Sandbox hasty = sandbox.WithRequestTimeout(TimeSpan.FromSeconds(7));

        await sandbox.PauseAsync(cancellationToken: Token);
        Assert.Equal((SandboxState.Paused, TimeSpan.Zero), (hasty.State, hasty.TimeLeft!.Value));
        Assert.Same(sandbox, await sandbox.ConnectAsync(TimeSpan.FromHours(1), cancellationToken: Token));

        foreach (Sandbox one in new[] { sandbox, hasty })
        {
            Assert.True(await one.IsRunningAsync(Token));
            Assert.Equal("sandbox-token-new", handler.Requests.Last().Headers["X-Access-Token"]);
            Assert.Equal(("0.7.1", SandboxState.Running, SandboxResumption.Files), (one.EnvdVersion, one.State, one.ResumedFrom));
            Assert.InRange(one.TimeLeft!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task Connecting_to_what_runs_makes_its_known_end_no_earlier()
    {
        DateTimeOffset end = DateTimeOffset.UtcNow.AddHours(2);
        var handler = Routes.Of(
            ("/connect", Routes.Json(Model())),
            ("/sandboxes/sbx1", Routes.Json(Detail("running", end))));
        using E2BClient client = Client.With(handler);
        Sandbox sandbox = client.Sandboxes.Attach(await client.Sandboxes.GetAsync("sbx1", Token));

        await sandbox.ConnectAsync(TimeSpan.FromSeconds(10), cancellationToken: Token);
        Assert.Equal(end, sandbox.EndAt!.Value, TimeSpan.FromSeconds(1));
        await sandbox.ConnectAsync(TimeSpan.FromHours(3), cancellationToken: Token);
        Assert.InRange(sandbox.TimeLeft!.Value, TimeSpan.FromHours(2.9), TimeSpan.FromHours(3));
        await sandbox.GetInfoAsync(Token);
        Assert.Equal(end, sandbox.EndAt!.Value, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_object_knows_the_lifetime_that_it_was_given()
    {
        Sandbox sandbox = Client.Sandbox(Routes.Of(("/timeout", Routes.Status(204)), ("/sandboxes/sbx1", Routes.Json(Detail("running", DateTimeOffset.UtcNow.AddHours(2))))));
        await sandbox.GetInfoAsync(Token);

        await sandbox.WithRequestTimeout(TimeSpan.FromSeconds(7)).SetTimeoutAsync(TimeSpan.FromSeconds(59.5), Token);

        Assert.InRange(sandbox.TimeLeft!.Value, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task In_debug_mode_an_object_connects_without_a_call()
    {
        var handler = new FakeHandler(_ => throw new InvalidOperationException("called"));
        using E2BClient client = Client.With(handler, o => o with { Debug = true, ApiKey = null });
        Sandbox sandbox = client.Sandboxes.Attach("sbx1");

        Assert.Same(sandbox, await sandbox.ConnectAsync(cancellationToken: Token));
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task A_create_that_was_forked_before_it_was_found_again_is_not_mistaken_for_its_fork()
    {
        // A fork has its original's labels, the mark too: of two with one mark the older one is meant.
        var handler = new FakeHandler(request => request switch
        {
            { PathAndQuery: "/sandboxes" } => throw new HttpRequestException(HttpRequestError.ResponseEnded),
            { Method.Method: "GET" } => Answers.Json(request.PathAndQuery.Contains("order=asc", StringComparison.Ordinal)
                ? $"[{Detail("running", id: "original")},{Detail("running", id: "fork")}]"
                : $"[{Detail("running", id: "fork")},{Detail("running", id: "original")}]"),
            _ => Answers.Json(Model(id: request.PathAndQuery.Split('/')[2])),
        });
        using E2BClient client = Client.With(handler);

        Sandbox sandbox = await client.Sandboxes.CreateAsync(cancellationToken: Token);

        Assert.Equal("original", sandbox.SandboxId);
    }

    private static string Model(string token = Client.AccessToken, string version = "0.6.13", string id = "sbx1") =>
        new JsonObject { ["templateID"] = "tpl1", ["sandboxID"] = id, ["clientID"] = "", ["envdVersion"] = version, ["envdAccessToken"] = token }.ToJsonString();

    private static string Detail(string state, DateTimeOffset? end = null, string id = "sbx1") => new JsonObject
    {
        ["templateID"] = "tpl1",
        ["sandboxID"] = id,
        ["startedAt"] = "2026-01-02T03:04:05Z",
        ["endAt"] = end ?? new DateTimeOffset(2026, 1, 2, 3, 9, 5, TimeSpan.Zero),
        ["state"] = state,
        ["envdVersion"] = "0.6.13",
    }.ToJsonString();
}
