using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>Snapshots and forks: answers, names and what they keep. What is in them is shown by tests/Conformance.</summary>
public sealed class SnapshotTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_snapshot_is_taken_of_a_sandbox_that_stands_still_and_then_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(5));

        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Matches("^[a-z0-9]{20}:default$", (string)answer.Json!["snapshotID"]!);
        Assert.Empty(answer.Json["names"]!.AsArray());
        Assert.False(server.Host.Only.IsFrozen);
        JsonNode got = (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("running", (string)got["state"]!);
        Assert.Equal(295, ((DateTimeOffset)got["endAt"]! - server.Clock.GetUtcNow()).TotalSeconds);
    }

    [Fact]
    public async Task While_it_is_taken_the_sandbox_runs_for_clients_and_does_not_end()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        var saving = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Host.Only.WhileSaving = _ =>
        {
            saving.SetResult();
            return go.Task;
        };
        Task<Answer> snapshot = server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");
        await saving.Task.WaitAsync(_soon, TestContext.Current.CancellationToken);

        Answer second = await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");
        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        Assert.Equal($"Sandbox '{id}' cannot be snapshotted while in 'snapshotting' state", second.Message);
        Answer pause = await server.ApiAsync("POST", $"/sandboxes/{id}/pause");
        Assert.Equal(HttpStatusCode.Conflict, pause.Status);
        Assert.Equal($"Sandbox '{id}' cannot be paused while in 'snapshotting' state", pause.Message);
        Assert.Equal(HttpStatusCode.OK, (await server.ApiAsync("POST", $"/sandboxes/{id}/connect", """{"timeout":400}""")).Status);
        server.Clock.Advance(TimeSpan.FromSeconds(401));
        Assert.Equal("running", (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["state"]!);

        go.SetResult();
        Assert.Equal(HttpStatusCode.Created, (await snapshot).Status);
        server.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("GET", $"/sandboxes/{id}")).Status);
    }

    [Fact]
    public async Task A_kill_breaks_it_off_and_nothing_is_left()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        var saving = new TaskCompletionSource();
        server.Host.Only.WhileSaving = cancellation =>
        {
            saving.SetResult();
            return Task.Delay(Timeout.Infinite, cancellation);
        };
        Task<Answer> snapshot = server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");
        await saving.Task.WaitAsync(_soon, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("DELETE", $"/sandboxes/{id}")).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await snapshot).Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(server.SavedPath("layers")));
        Assert.Empty((await server.ApiAsync("GET", "/snapshots")).Json!.AsArray());
    }

    [Fact]
    public async Task A_sandbox_made_from_one_has_its_layers_and_variables()
    {
        await using TestServer server = await TestServer.StartAsync();
        string original = await server.CreateAsync(""","envVars":{"A":"1","B":"2"}""");
        string snapshot = await SnapshotAsync(server, original);

        Answer created = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"{{snapshot}}","envVars":{"B":"3"} }""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        FakeSandbox copy = server.Host.All.Single(one => one.Origin.Layers.Count > 0);
        Assert.Equal(Directory.EnumerateDirectories(server.SavedPath("layers")), copy.Origin.Layers);
        Assert.Equal("1", (string)copy.Init!["envVars"]!["A"]!);
        Assert.Equal("3", (string)copy.Init["envVars"]!["B"]!);
        Assert.Equal(snapshot.Split(':')[0], (string)created.Json!["templateID"]!);
        Assert.Equal(copy.Limits, server.Host.All.Single(one => one != copy).Limits);
    }

    [Fact]
    public async Task Deleting_waits_for_those_made_from_it_and_files_go_with_their_last_user()
    {
        await using TestServer server = await TestServer.StartAsync();
        string original = await server.CreateAsync();
        string first = await SnapshotAsync(server, original);
        string copy = (string)(await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"{{first}}"}""")).Json!["sandboxID"]!;
        string second = await SnapshotAsync(server, copy);
        Assert.Equal(2, LayerCount(server));

        Answer running = await DeleteAsync(server, first);
        Assert.Equal(HttpStatusCode.BadRequest, running.Status);
        Assert.Contains("running sandboxes", running.Message, StringComparison.Ordinal);
        await server.ApiAsync("POST", $"/sandboxes/{copy}/pause");
        Assert.Contains("paused sandboxes", (await DeleteAsync(server, first)).Message, StringComparison.Ordinal);
        await server.ApiAsync("DELETE", $"/sandboxes/{copy}");

        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(server, first)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await DeleteAsync(server, first)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"{{first}}"}""")).Status);
        Assert.Equal(2, LayerCount(server));
        Assert.Equal(HttpStatusCode.NoContent, (await DeleteAsync(server, second)).Status);
        Assert.Equal(0, LayerCount(server));
    }

    [Fact]
    public async Task The_same_name_and_tag_again_takes_the_place_of_the_first()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        for (int i = 0; i < 2; i++)
        {
            Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", """{"name":"Mine:V1"}""");
            Assert.Equal("local/mine:v1", (string)answer.Json!["snapshotID"]!);
            Assert.Equal("local/mine", (string)answer.Json["names"]![0]!);
        }

        Assert.Equal(1, LayerCount(server));
        Assert.Single((await server.ApiAsync("GET", "/snapshots")).Json!.AsArray());
        Assert.Equal(HttpStatusCode.Created, (await server.ApiAsync("POST", "/sandboxes", """{"templateID":"mine:v1"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes", """{"templateID":"mine"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes", """{"templateID":"theirs/mine:v1"}""")).Status);
    }

    [Theory]
    [InlineData("not a name")]
    [InlineData("theirs/mine")]
    [InlineData("base")]
    [InlineData("mine:")]
    public async Task A_name_that_cannot_be_is_refused(string name)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", new JsonObject { ["name"] = name }.ToJsonString())).Status);
    }

    [Fact]
    public async Task The_base_cannot_be_deleted()
    {
        await using TestServer server = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await server.ApiAsync("DELETE", "/templates/base")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("DELETE", "/templates/nobody")).Status);
    }

    [Fact]
    public async Task Pages_stay_true_while_snapshots_come_and_go()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        var made = new List<string>();
        for (int i = 0; i < 25; i++)
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(10));
            made.Add(await SnapshotAsync(server, id));
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            Answer page = await server.ApiAsync("GET", $"/snapshots?limit=10&nextToken={token}");
            seen.AddRange(page.Json!.AsArray().Select(one => (string)one!["snapshotID"]!));
            token = page.Response.Headers.TryGetValues("X-Next-Token", out IEnumerable<string>? tokens) ? tokens.Single() : null;
            server.Clock.Advance(TimeSpan.FromMilliseconds(10));
            await SnapshotAsync(server, id);
            await DeleteAsync(server, seen[^1]);
        }
        while (token is not null);

        Assert.Equal(Enumerable.Reverse(made), seen);
    }

    [Fact]
    public async Task Forks_are_sandboxes_of_their_own()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync(""","metadata":{"a":"b"},"autoPause":true""");

        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/fork", """{"count":3,"timeout":60}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        string[] forks = [.. answer.Json!.AsArray().Select(one => (string)one!["sandbox"]!["sandboxID"]!)];
        Assert.Equal(3, forks.Distinct().Count());
        foreach (string fork in forks)
        {
            JsonNode got = (await server.ApiAsync("GET", $"/sandboxes/{fork}")).Json!;
            Assert.Equal("b", (string)got["metadata"]!["a"]!);
            Assert.Equal("base", (string)got["templateID"]!);
            Assert.Equal("pause", (string)got["lifecycle"]!["onTimeout"]!);
            Assert.Equal(server.Clock.GetUtcNow().AddSeconds(60), (DateTimeOffset)got["endAt"]!);
        }

        Assert.Equal(1, LayerCount(server));
        await Task.WhenAll(forks.Select(fork => server.ApiAsync("DELETE", $"/sandboxes/{fork}")));
        Assert.Equal(0, LayerCount(server));
        Assert.Equal("running", (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["state"]!);
    }

    [Fact]
    public async Task A_fork_that_fails_does_so_alone()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        int count = 0;
        server.Host.BeforeTake = _ => Interlocked.Increment(ref count) == 2 ? throw new IOException("no room") : Task.CompletedTask;

        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/fork", """{"count":3}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        JsonNode failed = Assert.Single(answer.Json!.AsArray(), one => one!["error"] is not null)!;
        Assert.Null(failed["sandbox"]);
        Assert.Equal(500, (int)failed["error"]!["code"]!);
        Assert.Contains("no room", (string)failed["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(3, (await server.ApiAsync("GET", "/sandboxes")).Json!.AsArray().Count);
    }

    [Theory]
    [InlineData("""{"count":0}""")]
    [InlineData("""{"count":101}""")]
    [InlineData("""{"timeout":0}""")]
    public async Task A_fork_that_makes_no_sense_is_refused(string body)
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await server.ApiAsync("POST", $"/sandboxes/{id}/fork", body)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", "/sandboxes/inobody/fork", "{}")).Status);
        Assert.Single(server.Host.All);
    }

    [Fact]
    public async Task Layers_do_not_grow_without_end()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        Answer answer;
        int depth = 0;
        do
        {
            answer = await server.ApiAsync("POST", $"/sandboxes/{id}/fork", """{"timeout":300}""");
            id = answer.Status == HttpStatusCode.Created ? (string)answer.Json![0]!["sandbox"]!["sandboxID"]! : id;
            Assert.InRange(++depth, 1, 200);
        }
        while (answer.Status == HttpStatusCode.Created);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains((depth - 1).ToString(CultureInfo.InvariantCulture), answer.Message, StringComparison.Ordinal);
    }

    private static int LayerCount(TestServer server) => Directory.EnumerateDirectories(server.SavedPath("layers")).Count();

    private static async Task<string> SnapshotAsync(TestServer server, string id)
    {
        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", "{}");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return (string)answer.Json!["snapshotID"]!;
    }

    private static Task<Answer> DeleteAsync(TestServer server, string snapshot) =>
        server.ApiAsync("DELETE", $"/templates/{Uri.EscapeDataString(snapshot)}");
}
