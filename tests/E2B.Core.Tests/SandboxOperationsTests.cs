using System.Net;
using System.Text.Json.Nodes;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class SandboxOperationsTests
{
    private const string Made = """
        {"templateID":"tpl1","sandboxID":"sbx1","alias":"base","clientID":"c","envdVersion":"0.6.13","envdAccessToken":"sandbox-token-5f1c77","domain":"cluster.example","future":1}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_sends_what_the_service_expects()
    {
        var handler = new FakeHandler(_ => Answers.Json(Made, HttpStatusCode.Created));
        using E2BClient client = Client.With(handler, o => o with
        {
            AccessToken = "account-token",
            Integration = "e2b-powershell/1.2",
            Headers = new Dictionary<string, string> { ["X-Own"] = "1" },
        });

        Sandbox sandbox = await client.Sandboxes.CreateAsync(
            new SandboxCreateOptions
            {
                Template = "tpl:tag",
                Timeout = TimeSpan.FromMilliseconds(1500),
                Metadata = new Dictionary<string, string> { ["app"] = "ci" },
                Environment = new Dictionary<string, string> { ["A"] = "b" },
                AllowInternetAccess = false,
                OnTimeout = SandboxTimeoutAction.Pause,
                AutoResume = true,
                VolumeMounts = new Dictionary<string, string> { ["/data"] = "vol" },
            },
            Token);

        SentRequest sent = handler.Only;
        Assert.Equal(HttpMethod.Post, sent.Method);
        Assert.Equal("https://api.e2b.app/sandboxes", sent.Uri.ToString());
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        Assert.Equal(Client.ApiKey, sent.Headers["X-API-KEY"]);
        Assert.DoesNotContain("Authorization", sent.Headers.Keys);
        Assert.Equal("1", sent.Headers["X-Own"]);
        Assert.StartsWith("e2b-dotnet/", sent.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.EndsWith(" e2b-powershell/1.2", sent.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.All(["lang", "lang_version", "package_version", "publisher", "system"], name => Assert.NotEmpty(sent.Headers[name]));
        AssertJson(
            """
            {"templateID":"tpl:tag","timeout":2,"autoPause":true,"autoResume":{"enabled":true},"secure":true,"allow_internet_access":false,
             "metadata":{"app":"ci"},"envVars":{"A":"b"},"volumeMounts":[{"name":"vol","path":"/data"}]}
            """,
            sent.Text);
        Assert.Equal(("sbx1", "tpl1", "base", "0.6.13", "cluster.example"),
            (sandbox.SandboxId, sandbox.TemplateId, sandbox.Template, sandbox.EnvdVersion, sandbox.Domain));
        Assert.Equal("8080-sbx1.cluster.example", sandbox.GetHost(8080));
        Assert.Same(client, sandbox.Client);
        Assert.Equal((SandboxState.Running, "ci"), (sandbox.State, sandbox.Metadata["app"]));
    }

    [Fact]
    public async Task Without_a_key_the_accounts_token_is_sent()
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        using E2BClient client = Client.With(handler, o => o with { ApiKey = null, AccessToken = "account-token" });

        await client.Sandboxes.KillAsync("sbx1", Token);

        Assert.Equal("Bearer account-token", handler.Only.Headers["Authorization"]);
        Assert.DoesNotContain("X-API-KEY", handler.Only.Headers.Keys);
    }

    [Fact]
    public async Task Create_without_options_makes_a_secure_sandbox_of_the_base_template_for_300_seconds()
    {
        var handler = new FakeHandler(_ => Answers.Json(Made, HttpStatusCode.Created));
        using E2BClient client = Client.With(handler);

        await client.Sandboxes.CreateAsync(cancellationToken: Token);

        AssertJson("""{"templateID":"base","timeout":300,"secure":true,"allow_internet_access":true}""", handler.Only.Text);
    }

    [Fact]
    public async Task Every_create_has_a_mark_of_its_own_which_is_not_among_the_labels_shown()
    {
        var handler = new FakeHandler(request => request.Method == HttpMethod.Post
            ? Answers.Json(Made, HttpStatusCode.Created)
            : Answers.Json(Detail("sbx1", "running", ""","metadata":{"a":"b","e2b-dotnet-request-id":"x"}""")));
        using E2BClient client = Client.With(handler);

        Sandbox one = await client.Sandboxes.CreateAsync(cancellationToken: Token);
        await client.Sandboxes.CreateAsync(cancellationToken: Token);
        SandboxInfo info = await client.Sandboxes.GetAsync("sbx1", Token);

        string[] marks = [.. handler.Requests.Where(r => r.Method == HttpMethod.Post)
            .Select(r => (string)JsonNode.Parse(r.Text)!["metadata"]!["e2b-dotnet-request-id"]!)];
        Assert.Equal(2, marks.Distinct().Count());
        Assert.Empty(one.Metadata);
        Assert.Equal(["a"], info.Metadata.Keys);
    }

    [Fact]
    public async Task A_sandbox_too_old_to_be_used_is_killed_again()
    {
        var handler = new FakeHandler(request => request.Method == HttpMethod.Post
            ? Answers.Json(Made.Replace("0.6.13", "0.0.9", StringComparison.Ordinal))
            : Answers.Empty(204));
        using E2BClient client = Client.With(handler);

        await Assert.ThrowsAsync<E2BTemplateException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Equal(["POST /sandboxes", "DELETE /sandboxes/sbx1"], handler.Requests.Select(r => $"{r.Method} {r.PathAndQuery}"));
    }

    [Theory]
    [InlineData(null, true, null)]
    [InlineData(SandboxTimeoutAction.Kill, true, null)]
    [InlineData(SandboxTimeoutAction.Kill, null, true)]
    [InlineData(SandboxTimeoutAction.Pause, false, true)]
    public async Task Options_that_contradict_each_other_are_refused_here(SandboxTimeoutAction? action, bool? keepMemory, bool? autoResume)
    {
        var handler = new FakeHandler(_ => Answers.Json(Made));
        using E2BClient client = Client.With(handler);
        var options = new SandboxCreateOptions { OnTimeout = action, KeepMemory = keepMemory, AutoResume = autoResume };

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Sandboxes.CreateAsync(options, Token));

        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task In_debug_mode_create_connect_and_kill_make_no_call()
    {
        var handler = new FakeHandler(_ => throw new InvalidOperationException("called"));
        using E2BClient client = Client.With(handler, o => o with { Debug = true, ApiKey = null });

        Sandbox sandbox = await client.Sandboxes.CreateAsync(cancellationToken: Token);
        Sandbox connected = await client.Sandboxes.ConnectAsync("some", cancellationToken: Token);

        Assert.Equal("debug_sandbox_id", sandbox.SandboxId);
        Assert.Equal("some", connected.SandboxId);
        Assert.Equal("localhost:8080", sandbox.GetHost(8080));
        Assert.True(await sandbox.KillAsync(Token));
        await sandbox.SetTimeoutAsync(TimeSpan.FromSeconds(1), Token);
    }

    [Fact]
    public async Task Connect_gives_the_lifetime_and_takes_the_token()
    {
        var handler = new FakeHandler(r => r.Method == HttpMethod.Post ? Answers.Json(Made) : Answers.Empty(204));
        using E2BClient client = Client.With(handler);

        Sandbox sandbox = await client.Sandboxes.ConnectAsync("sbx1", TimeSpan.FromMinutes(10), Token);
        Assert.True(await sandbox.IsRunningAsync(Token));

        SentRequest[] sent = [.. handler.Requests];
        Assert.Equal("/sandboxes/sbx1/connect", sent[0].PathAndQuery);
        Assert.Equal("""{"timeout":600}""", sent[0].Text);
        Assert.Equal("https://49983-sbx1.cluster.example/health", sent[1].Uri.ToString());
        Assert.Equal(Client.AccessToken, sent[1].Headers["X-Access-Token"]);
        Assert.DoesNotContain("X-API-KEY", sent[1].Headers.Keys);
    }

    [Fact]
    public async Task Get_reads_everything_the_service_says()
    {
        var handler = new FakeHandler(_ => Answers.Json(Detail("sbx1", "paused", ""","alias":"web","metadata":{"a":"b"},"lifecycle":{"autoResume":true,"onTimeout":"pause"},"allowInternetAccess":false""")));
        using E2BClient client = Client.With(handler);

        SandboxInfo info = await client.Sandboxes.GetAsync("sbx/1", Token);

        Assert.Equal("/sandboxes/sbx%2F1", handler.Only.PathAndQuery);
        Assert.Equal(("sbx1", "tpl1", "web", "web", SandboxState.Paused), (info.SandboxId, info.TemplateId, info.Alias, info.Template, info.State));
        Assert.Equal((2, 512, 1024), (info.CpuCount, info.MemoryMB, info.DiskMB));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), info.StartedAt);
        Assert.Equal("b", info.Metadata["a"]);
        Assert.Equal(("pause", true, false), (info.OnTimeout, info.AutoResume, info.AllowInternetAccess));
        Assert.Equal(TimeSpan.Zero, info.TimeLeft);
    }

    [Fact]
    public async Task A_list_asks_for_no_page_more_than_is_read()
    {
        var handler = new FakeHandler(request => request.PathAndQuery switch
        {
            "/v2/sandboxes?limit=2" => Answers.Json($"[{Detail("a")},{Detail("b")}]").With("X-Next-Token", "t/1"),
            "/v2/sandboxes?limit=2&nextToken=t%2F1" => Answers.Json($"[{Detail("c")},{Detail("d")}]").With("X-Next-Token", "t2"),
            _ => Answers.Json("[]"),
        });
        using E2BClient client = Client.With(handler);
        IAsyncEnumerable<SandboxInfo> list = client.Sandboxes.ListAsync(new SandboxListFilter { PageSize = 2 }, Token);
        Assert.Empty(handler.Requests);

        var seen = new List<string>();
        await foreach (SandboxInfo info in list)
        {
            seen.Add(info.SandboxId);
            Assert.Equal(seen.Count <= 2 ? 1 : 2, handler.Requests.Count);
            if (seen.Count == 4)
            {
                break;
            }
        }

        Assert.Equal(["a", "b", "c", "d"], seen);
        Assert.Equal(2, handler.Requests.Count);
    }

    [Fact]
    public async Task A_list_ends_with_the_page_without_a_token()
    {
        var handler = new FakeHandler(_ => Answers.Json($"[{Detail("a")}]"));
        using E2BClient client = Client.With(handler);

        Assert.Single(await ToListAsync(client.Sandboxes.ListAsync(cancellationToken: Token)));

        Assert.Equal("/v2/sandboxes", handler.Only.PathAndQuery);
    }

    [Fact]
    public async Task A_filter_is_written_as_the_official_clients_write_it()
    {
        var handler = new FakeHandler(_ => Answers.Json("[]"));
        using E2BClient client = Client.With(handler);
        var filter = new SandboxListFilter
        {
            Metadata = new Dictionary<string, string> { ["app"] = "c i", ["x"] = "y" },
            States = [SandboxState.Running, SandboxState.Paused],
            Template = "web",
            StartedAfter = new DateTimeOffset(2026, 1, 2, 4, 0, 0, TimeSpan.FromHours(1)),
            OldestFirst = true,
        };

        await ToListAsync(client.Sandboxes.ListAsync(filter, Token));

        Assert.Equal(
            "/v2/sandboxes?metadata=app%3Dc%252520i%26x%3Dy&state=running%2Cpaused&template=web&startedAfter=2026-01-02T03%3A00%3A00.000Z&order=asc",
            handler.Only.PathAndQuery);
    }

    [Theory]
    [InlineData(204, true)]
    [InlineData(404, false)]
    public async Task Kill_says_whether_it_was_there(int status, bool expected)
    {
        var handler = new FakeHandler(_ => status == 204 ? Answers.Empty(204) : Answers.Error(404));
        using E2BClient client = Client.With(handler);

        Assert.Equal(expected, await client.Sandboxes.KillAsync("sbx1", Token));
        Assert.Equal("DELETE /sandboxes/sbx1", $"{handler.Only.Method} {handler.Only.PathAndQuery}");
    }

    [Fact]
    public async Task Set_timeout_rounds_up_and_knows_a_sandbox_that_is_gone()
    {
        var handler = new FakeHandler(_ => Answers.Error(404));
        using E2BClient client = Client.With(handler);

        var error = await Assert.ThrowsAsync<SandboxNotFoundException>(
            () => client.Sandboxes.SetTimeoutAsync("sbx1", TimeSpan.FromSeconds(0.2), Token));

        Assert.Equal("sbx1", error.SandboxId);
        Assert.Contains("paused", error.Message, StringComparison.Ordinal);
        Assert.Equal("""{"timeout":1}""", handler.Only.Text);
    }

    [Fact]
    public async Task A_create_that_the_service_does_not_offer_is_not_looked_for()
    {
        var handler = new FakeHandler(_ => Answers.Error(501, "this is not offered"));
        using E2BClient client = Client.With(handler);

        var error = await Assert.ThrowsAsync<E2BException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Equal(("POST", 501), (handler.Only.Method.ToString(), error.StatusCode));
        Assert.DoesNotContain("request-id", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task An_empty_id_is_refused_here(string id)
    {
        using E2BClient client = Client.With(FakeHandler.Silent());

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Sandboxes.GetAsync(id, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Sandboxes.KillAsync(id, Token));
    }

    [Fact]
    public async Task Without_a_key_the_error_says_how_to_set_one_and_nothing_is_sent()
    {
        var handler = new FakeHandler(_ => Answers.Json("[]"));
        using E2BClient client = Client.With(handler, o => o with { ApiKey = null });

        var error = await Assert.ThrowsAsync<E2BAuthenticationException>(() => client.Sandboxes.GetAsync("sbx1", Token));

        Assert.Contains("E2B_API_KEY", error.Message, StringComparison.Ordinal);
        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task A_sandbox_from_a_list_asks_for_its_token_once_when_it_is_first_used()
    {
        var handler = new FakeHandler(request => request.PathAndQuery switch
        {
            "/v2/sandboxes" => Answers.Json($"[{Detail("sbx1")}]"),
            "/sandboxes/sbx1" => Answers.Json(Detail("sbx1", more: ""","envdAccessToken":"sandbox-token-5f1c77" """)),
            _ => Answers.Empty(204),
        });
        using E2BClient client = Client.With(handler);
        SandboxInfo info = Assert.Single(await ToListAsync(client.Sandboxes.ListAsync(cancellationToken: Token)));
        Sandbox sandbox = client.Sandboxes.Attach(info);
        Assert.Equal("0.6.13", sandbox.EnvdVersion);

        await Task.WhenAll(sandbox.IsRunningAsync(Token), sandbox.IsRunningAsync(Token));

        Assert.Single(handler.Requests, r => r.PathAndQuery == "/sandboxes/sbx1");
        Assert.All(handler.Requests.Where(r => r.PathAndQuery == "/health"), r => Assert.Equal(Client.AccessToken, r.Headers["X-Access-Token"]));
    }

    [Fact]
    public async Task A_sandbox_attached_by_id_that_is_gone_is_not_running()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(404)));

        Assert.False(await client.Sandboxes.Attach("sbx1").IsRunningAsync(Token));
    }

    [Theory]
    [InlineData(204, true)]
    [InlineData(502, false)]
    public async Task The_edges_502_means_not_running(int status, bool expected) =>
        Assert.Equal(expected, await Client.Sandbox(new FakeHandler(_ => Answers.Empty(status))).IsRunningAsync(Token));

    [Fact]
    public async Task Another_request_timeout_shares_connections_and_what_is_known()
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        Sandbox sandbox = Client.Sandbox(handler);

        Sandbox hasty = sandbox.WithRequestTimeout(TimeSpan.FromSeconds(1));
        hasty.Client.Dispose();

        Assert.Equal(TimeSpan.FromSeconds(1), hasty.Client.Connection.RequestTimeout);
        Assert.True(await hasty.IsRunningAsync(Token));
        Assert.True(await sandbox.IsRunningAsync(Token));
    }

    private static string Detail(string id, string state = "running", string more = "") =>
        $$"""
        {"templateID":"tpl1","sandboxID":"{{id}}","clientID":"c","startedAt":"2026-01-02T03:04:05Z","endAt":"2026-01-02T03:09:05Z",
         "cpuCount":2,"memoryMB":512,"diskSizeMB":1024,"state":"{{state}}","envdVersion":"0.6.13"{{more}}}
        """;

    private static async Task<List<SandboxInfo>> ToListAsync(IAsyncEnumerable<SandboxInfo> items)
    {
        var list = new List<SandboxInfo>();
        await foreach (SandboxInfo item in items)
        {
            list.Add(item);
        }

        return list;
    }

    /// <summary>Compares what was sent, all but the label that marks each request.</summary>
    private static void AssertJson(string expected, string actual)
    {
        JsonNode sent = JsonNode.Parse(actual)!;
        if (sent["metadata"] is JsonObject labels && labels.Remove("e2b-dotnet-request-id") && labels.Count == 0)
        {
            sent.AsObject().Remove("metadata");
        }

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), sent), actual);
    }
}
