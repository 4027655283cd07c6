using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>Pause, resume and connect, their answers and states. That memory is really kept is shown by tests/Conformance.</summary>
public sealed class PauseTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_paused_sandbox_stands_still_and_is_found_as_paused()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","metadata":{"a":"b"}""");
        server.Clock.Advance(TimeSpan.FromSeconds(10));
        DateTimeOffset now = server.Clock.GetUtcNow();

        Assert.Equal(HttpStatusCode.NoContent, (await PauseAsync(server, id)).Status);

        Assert.True(server.Host.Only.IsFrozen);
        Assert.False(server.Host.Only.Disposed.IsCompleted);
        JsonNode got = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("paused", (string)got["state"]!);
        Assert.Equal(now, (DateTimeOffset)got["endAt"]!);
        Assert.Equal(now.AddSeconds(-10), (DateTimeOffset)got["startedAt"]!);
        Assert.True((bool)got["memoryKept"]!);
        Assert.Null(got["domain"]);
        Assert.Equal("b", (string)got["metadata"]!["a"]!);

        // Its old lifetime means nothing any more.
        server.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal("paused", await StateAsync(server, id));
    }

    [Fact]
    public async Task What_it_may_do_while_paused_is_nothing_but_be_resumed_or_killed()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await PauseAsync(server, id);

        Answer again = await PauseAsync(server, id);
        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal($"Error pausing sandbox - sandbox '{id}' is already paused", again.Message);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", $"/sandboxes/{id}/timeout", """{"timeout":5}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", $"/sandboxes/{id}/refreshes", "{}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await server.ApiAsync("POST", $"/sandboxes/{id}/fork")).Status);
        Answer edge = await server.EdgeAsync(id, "GET", "/anything");
        Assert.Equal(HttpStatusCode.BadGateway, edge.Status);
        Assert.Equal("The sandbox was not found", edge.Message);

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("DELETE", $"/sandboxes/{id}")).Status);
        await server.Host.Only.Disposed.WaitAsync(_soon, Token);
        Assert.Equal(HttpStatusCode.NotFound, (await PauseAsync(server, id)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await ConnectAsync(server, id)).Status);
    }

    [Fact]
    public async Task Connect_resumes_it_and_its_life_begins_anew()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        string token = (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["envdAccessToken"]!;
        await PauseAsync(server, id);
        server.Clock.Advance(TimeSpan.FromDays(2));

        Answer connected = await ConnectAsync(server, id, """{"timeout":60}""");

        Assert.Equal(HttpStatusCode.Created, connected.Status);
        Assert.Equal(token, (string)connected.Json!["envdAccessToken"]!);
        Assert.Equal(["memory"], connected.Response.Headers.GetValues("E2b-Resumed-From"));
        Assert.False(server.Host.Only.IsFrozen);
        JsonNode got = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("running", (string)got["state"]!);
        Assert.Null(got["memoryKept"]);
        Assert.Equal(server.Clock.GetUtcNow(), (DateTimeOffset)got["startedAt"]!);
        Assert.Equal(server.Clock.GetUtcNow().AddSeconds(60), (DateTimeOffset)got["endAt"]!);
        Assert.Equal("agent", (await server.EdgeAsync(id, "GET", "/anything")).Text);

        // Now it runs: connect only ever extends.
        Answer again = await ConnectAsync(server, id, """{"timeout":10}""");
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.False(again.Response.Headers.Contains("E2b-Resumed-From"));
        server.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("running", await StateAsync(server, id));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("GET", $"/sandboxes/{id}")).Status);
    }

    [Fact]
    public async Task Resume_wants_it_paused_and_may_say_how_it_ends()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.Conflict, (await server.ApiAsync("POST", $"/sandboxes/{id}/resume")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes/inobody/resume", "{}")).Status);
        await PauseAsync(server, id);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("POST", $"/sandboxes/{id}/resume", """{"timeout":0}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("POST", $"/sandboxes/{id}/resume", """{"timeout":86401}""")).Status);

        Assert.Equal(HttpStatusCode.Created, (await server.ApiAsync("POST", $"/sandboxes/{id}/resume", """{"autoPause":true}""")).Status);

        JsonNode got = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("pause", (string)got["lifecycle"]!["onTimeout"]!);
        Assert.Equal(server.Clock.GetUtcNow().AddSeconds(15), (DateTimeOffset)got["endAt"]!);
    }

    [Fact]
    public async Task At_its_end_it_is_paused_if_that_was_asked_for()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","autoPause":true""");
        Assert.Equal("pause", (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["lifecycle"]!["onTimeout"]!);

        server.Clock.Advance(TimeSpan.FromSeconds(300));

        // For clients it is paused from this moment on, though the pause itself may still be under way.
        Assert.Equal("paused", await StateAsync(server, id));
        Assert.Equal(HttpStatusCode.Created, (await ConnectAsync(server, id)).Status);
        Assert.False(server.Host.Only.Disposed.IsCompleted);
    }

    [Fact]
    public async Task Without_memory_only_the_files_come_back()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","envVars":{"A":"b"}""");

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("POST", $"/sandboxes/{id}/pause", """{"memory":false}""")).Status);

        FakeSandbox first = server.Host.Only;
        Assert.True(first.Disposed.IsCompleted);
        Assert.False((bool)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["memoryKept"]!);
        Answer connected = await ConnectAsync(server, id);
        Assert.Equal(HttpStatusCode.Created, connected.Status);
        Assert.Equal(["files"], connected.Response.Headers.GetValues("E2b-Resumed-From"));
        FakeSandbox second = server.Host.All.Single(one => one != first);
        Assert.EndsWith($"/paused/{id}.img", second.Origin.Disk, StringComparison.Ordinal);
        Assert.Equal("b", (string)second.Init!["envVars"]!["A"]!);
        Assert.False(File.Exists(second.Origin.Disk));

        // The one that is gone has nothing to say about the one there is.
        first.Exit();
        Assert.Equal("agent", (await server.EdgeAsync(id, "GET", "/anything")).Text);
    }

    [Fact]
    public async Task Memory_that_is_there_can_be_left_behind()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await PauseAsync(server, id);
        FakeSandbox first = server.Host.Only;

        Answer connected = await ConnectAsync(server, id, """{"timeout":60,"memory":false}""");

        Assert.Equal(HttpStatusCode.Created, connected.Status);
        Assert.Equal(["files"], connected.Response.Headers.GetValues("E2b-Resumed-From"));
        Assert.True(first.Disposed.IsCompleted);
        Assert.Equal(2, server.Host.All.Count);
    }

    [Fact]
    public async Task Traffic_wakes_it_if_it_may()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","autoPause":true,"autoResume":{"enabled":true}""");
        string token = (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["envdAccessToken"]!;
        Assert.True((bool)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["lifecycle"]!["autoResume"]!);
        await PauseAsync(server, id);

        Answer wrong = await server.EdgeAsync(id, "GET", "/anything", ("X-Access-Token", "guessed"));
        Assert.Equal(HttpStatusCode.Forbidden, wrong.Status);
        Assert.Equal("This sandbox can't be resumed with the credentials provided. Check your access token and try again.", wrong.Message);
        Assert.Equal(id, (string)wrong.Json!["sandboxId"]!);
        Assert.Equal("paused", await StateAsync(server, id));

        // Several at once: it is woken once, and all of them are answered.
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.EdgeAsync(id, "GET", "/anything", ("X-Access-Token", token))));

        Assert.All(answers, answer => Assert.Equal("agent", answer.Text));
        JsonNode got = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("running", (string)got["state"]!);
        Assert.Equal(server.Clock.GetUtcNow().AddSeconds(300), (DateTimeOffset)got["endAt"]!);
    }

    [Fact]
    public async Task Traffic_does_not_wake_one_without_its_memory()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","autoPause":true,"autoResume":{"enabled":true}""");
        string token = (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["envdAccessToken"]!;
        await server.ApiAsync("POST", $"/sandboxes/{id}/pause", """{"memory":false}""");

        Assert.Equal(HttpStatusCode.BadGateway, (await server.EdgeAsync(id, "GET", "/anything", ("X-Access-Token", token))).Status);
        Assert.Equal("paused", await StateAsync(server, id));
    }

    [Fact]
    public async Task A_pause_breaks_off_what_streams()
    {
        var sent = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            sent.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();
        await connection.SendAsync($"GET /stream HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {id}\r\nE2b-Sandbox-Port: 49983\r\n\r\n");
        await connection.ReadUntilAsync("begun");

        await PauseAsync(server, id);

        Assert.DoesNotContain("0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_that_fails_leaves_it_running()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        server.Host.Only.WhileKeeping = () => throw new IOException("no room");

        Answer answer = await PauseAsync(server, id);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Contains("no room", answer.Message, StringComparison.Ordinal);
        Assert.False(server.Host.Only.IsFrozen);
        Assert.Equal("running", await StateAsync(server, id));
        Assert.Equal("agent", (await server.EdgeAsync(id, "GET", "/anything")).Text);
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_a_pause_wins()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        var keeping = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Host.Only.WhileKeeping = () =>
        {
            keeping.SetResult();
            return go.Task;
        };
        Task<Answer> pause = PauseAsync(server, id);
        await keeping.Task.WaitAsync(_soon, Token);
        Assert.Equal("paused", await StateAsync(server, id));

        Task<Answer> kill = server.ApiAsync("DELETE", $"/sandboxes/{id}");
        while ((await server.ApiAsync("GET", $"/sandboxes/{id}")).Status != HttpStatusCode.NotFound)
        {
            await Task.Yield();
        }

        go.SetResult();

        Assert.Equal(HttpStatusCode.NoContent, (await kill).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await pause).Status);
        Assert.True(server.Host.Only.Disposed.IsCompleted);
        Assert.Empty(Directory.EnumerateFiles(server.SavedPath("paused")));
    }

    [Fact]
    public async Task Two_pauses_at_once_are_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        var keeping = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Host.Only.WhileKeeping = () =>
        {
            keeping.SetResult();
            return go.Task;
        };
        Task<Answer> first = PauseAsync(server, id);
        await keeping.Task.WaitAsync(_soon, Token);
        Task<Answer> second = PauseAsync(server, id);
        Task<Answer> connect = ConnectAsync(server, id);
        go.SetResult();

        Assert.Equal(HttpStatusCode.NoContent, (await first).Status);
        Assert.Equal(HttpStatusCode.Created, (await connect).Status);

        // The second found it pausing, or paused, or already resumed again: it never fails otherwise.
        Assert.Contains((await second).Status, (HttpStatusCode[])[HttpStatusCode.NoContent, HttpStatusCode.Conflict]);
    }

    [Fact]
    public async Task One_whose_processes_die_while_paused_has_its_files()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        await PauseAsync(server, id);
        FakeSandbox first = server.Host.Only;

        first.Exit();

        Assert.Equal("paused", await StateAsync(server, id));
        Answer connected = await ConnectAsync(server, id);
        Assert.Equal(HttpStatusCode.Created, connected.Status);
        Assert.Equal(["files"], connected.Response.Headers.GetValues("E2b-Resumed-From"));
    }

    [Theory]
    [InlineData(""","autoPause":true""")]
    [InlineData(""","autoResume":{"enabled":true}""")]
    public async Task What_the_host_cannot_pause_is_not_made(string option)
    {
        await using TestServer server = await TestServer.StartAsync(host: new FakeSandboxHost { CanPause = false });

        Answer answer = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base"{{option}}}""");

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Empty(server.Host.All);
        string id = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.NotImplemented, (await PauseAsync(server, id)).Status);
        Assert.Equal(HttpStatusCode.NotImplemented, (await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}")).Status);
        Assert.Equal(HttpStatusCode.NotImplemented, (await server.ApiAsync("POST", $"/sandboxes/{id}/fork")).Status);
    }

    private static Task<Answer> PauseAsync(TestServer server, string id) => server.ApiAsync("POST", $"/sandboxes/{id}/pause");

    private static Task<Answer> ConnectAsync(TestServer server, string id, string body = """{"timeout":300}""") =>
        server.ApiAsync("POST", $"/sandboxes/{id}/connect", body);

    private static async Task<string> StateAsync(TestServer server, string id) =>
        (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["state"]!;
}
