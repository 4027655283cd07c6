using System.Net;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

public sealed class CreateSandboxTests
{
    [Fact]
    public async Task What_the_official_client_sends_by_default_makes_a_sandbox()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","timeout":300,"secure":true,"allow_internet_access":true}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Matches("^i[a-z0-9]{20}$", (string)answer.Json!["sandboxID"]!);
        Assert.Equal("base", (string)answer.Json["templateID"]!);
        Assert.Equal("base", (string)answer.Json["alias"]!);
        Assert.NotEmpty((string)answer.Json["clientID"]!);
        Assert.Equal("0.6.13", (string)answer.Json["envdVersion"]!);
        Assert.Matches("^[0-9a-f]{64}$", (string)answer.Json["envdAccessToken"]!);
        Assert.Equal($"localhost:{server.Port}", (string)answer.Json["domain"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","secure":false""")]
    public async Task The_second_version_is_always_secure_and_lives_300_seconds(string more)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/v2/sandboxes", $$"""{"templateID":"base"{{more}}}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal((string)server.Host.Only.Init!["accessToken"]!, (string)answer.Json!["envdAccessToken"]!);
        server.Clock.Advance(TimeSpan.FromSeconds(299));
        Assert.Single((await server.ApiAsync("GET", "/v2/sandboxes")).Json!.AsArray());
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await server.ApiAsync("GET", "/v2/sandboxes")).Json!.AsArray());
    }

    [Fact]
    public async Task The_agent_learns_whose_it_is()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","secure":true,"envVars":{"A":"1","E2B_SANDBOX":"forged"}}""");

        System.Text.Json.Nodes.JsonNode init = server.Host.Only.Init!;
        Assert.Equal((string)answer.Json!["envdAccessToken"]!, (string)init["accessToken"]!);
        Assert.Equal("user", (string)init["defaultUser"]!);
        Assert.Equal("1", (string)init["envVars"]!["A"]!);
        Assert.Equal("true", (string)init["envVars"]!["E2B_SANDBOX"]!);
        Assert.Equal((string)answer.Json["sandboxID"]!, (string)init["envVars"]!["E2B_SANDBOX_ID"]!);
        Assert.Equal("base", (string)init["envVars"]!["E2B_TEMPLATE_ID"]!);
        Assert.NotNull(init["timestamp"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","secure":false""")]
    public async Task A_sandbox_that_is_not_secure_has_no_token(string more)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base"{{more}}}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Null(answer.Json!["envdAccessToken"]);
        Assert.Null(server.Host.Only.Init!["accessToken"]);
    }

    [Theory]
    [InlineData("base", 201)]
    [InlineData(" Base ", 201)]
    [InlineData("base:default", 201)]
    [InlineData("base:v2", 404)]
    [InlineData("other", 404)]
    [InlineData("team/base", 404)]
    [InlineData("", 400)]
    [InlineData("ba se", 400)]
    [InlineData("base:", 400)]
    [InlineData("a/b/c", 400)]
    public async Task A_template_is_found_by_name_and_default_tag(string template, int status)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"{{template}}"}""");

        Assert.Equal(status, (int)answer.Status);
        if (status != 201)
        {
            Assert.Equal(status, (int)answer.Json!["code"]!);
            Assert.Empty(server.Host.All);
        }
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"templateID":null}""")]
    [InlineData("""{"templateID":"base","timeout":"soon"}""")]
    [InlineData("""{"templateID":"base","timeout":1.5}""")]
    [InlineData("""{"templateID":"base","metadata":{"a":1}}""")]
    [InlineData("""{"templateID":"base","metadata":{"a":null}}""")]
    [InlineData("""{"templateID":"base","envVars":{"A=B":"c"}}""")]
    [InlineData("""{"templateID":"base","network":true}""")]
    [InlineData("""{"templateID":"base","mcp":"browserbase"}""")]
    [InlineData("""{"templateID":"base","timeout":0}""")]
    [InlineData("""{"templateID":"base","timeout":-1}""")]
    [InlineData("""{"templateID":"base","timeout":86401}""")]
    [InlineData("""{"templateID":"base","autoPauseMemory":false}""")]
    [InlineData("""{"templateID":"base","autoPause":true,"autoPauseMemory":false,"autoResume":{"enabled":true}}""")]
    [InlineData("""{"templateID":"base"} trailing""")]
    public async Task A_bad_body_is_400(string body)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(400, (int)answer.Json!["code"]!);
        Assert.NotEmpty(answer.Message);
        Assert.Empty(server.Host.All);
    }

    [Theory]
    [InlineData(""" "network":{"somethingNew":1} """, "network.somethingNew")]
    [InlineData(""" "network":{"egressProxy":{"address":"a:1"}} """, "network.egressProxy")]
    [InlineData(""" "network":{"rules":{"a.example":[]}} """, "network.rules")]
    [InlineData(""" "iam":{"tokens":{"a":{}}} """, "iam")]
    public async Task An_option_that_would_not_be_honoured_is_501_and_named(string option, string name)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base",{{option}}}""");

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Contains($"the option {name} yet", answer.Message, StringComparison.Ordinal);
        Assert.Empty(server.Host.All);
    }

    [Theory]
    [InlineData(""" "autoPause":false,"autoPauseMemory":true,"autoResume":{"enabled":false} """)]
    [InlineData(""" "network":null,"mcp":null,"iam":null,"volumeMounts":null """)]
    [InlineData(""" "network":{},"iam":{"tokens":{}},"volumeMounts":[] """)]
    [InlineData(""" "network":{"allowPublicTraffic":true,"allowOut":[],"denyOut":[],"egressProxy":null,"rules":{}} """)]
    [InlineData(""" "allow_internet_access":false """)]
    [InlineData(""" "mcp":{"browserbase":{"apiKey":"a"}} """)]
    [InlineData(""" "somethingNew":{"a":1} """)]
    [InlineData(""" "timeout":86400 """)]
    public async Task What_asks_for_nothing_more_is_accepted(string options)
    {
        await using TestServer server = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.Created, (await server.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base",{{options}}}""")).Status);
    }

    [Fact]
    public async Task A_body_beyond_a_MiB_is_413()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.ApiAsync("POST", "/sandboxes", new string(' ', 1024 * 1024 + 1));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Equal(413, (int)answer.Json!["code"]!);
    }

    [Fact]
    public async Task When_the_host_fails_the_answer_says_why()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.BeforeTake = _ => throw new IOException("runc: no space left");

        Answer answer = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Contains("runc: no space left", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_agent_refuses_the_handshake_nothing_is_left()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.InitStatus = 500;

        Answer answer = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Contains("no such user", answer.Message, StringComparison.Ordinal);
        await server.Host.Only.Disposed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal("[]", (await server.ApiAsync("GET", "/v2/sandboxes")).Text);
    }

    [Fact]
    public async Task A_client_that_goes_away_stops_the_start()
    {
        await using TestServer server = await TestServer.StartAsync();
        var begun = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        server.Host.BeforeTake = async token =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancelled.SetResult();
            token.ThrowIfCancellationRequested();
        };
        using (RawConnection connection = await server.ConnectAsync())
        {
            await connection.SendAsync($"POST /sandboxes HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: {TestServer.Key}\r\nContent-Length: 21\r\n\r\n{{\"templateID\":\"base\"}}");
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(server.Host.All);
    }

    [Theory]
    [InlineData(1, HttpStatusCode.Created)]
    [InlineData(2, HttpStatusCode.InternalServerError)]
    public async Task One_that_ends_in_the_moment_it_is_taken_is_replaced_once(int end, HttpStatusCode status)
    {
        await using TestServer server = await TestServer.StartAsync();
        int left = end;
        server.Host.AfterTake = one =>
        {
            if (left-- > 0)
            {
                File.Delete(one.SocketPath);
            }
        };

        Answer answer = await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base"}""");

        Assert.Equal(status, answer.Status);
        Assert.Equal(2, server.Host.All.Count);
        foreach (FakeSandbox gone in server.Host.All.Where(one => one.Init is null))
        {
            await gone.Disposed.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        if (status == HttpStatusCode.Created)
        {
            Answer logs = await server.ApiAsync("GET", $"/sandboxes/{(string)answer.Json!["sandboxID"]!}/logs");
            Assert.Contains("ended before it was the sandbox", logs.Json!["logs"]!.ToJsonString(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal("The sandbox could not be started: the sandbox has ended: its agent's socket is gone", answer.Message);
        }
    }

    [Fact]
    public async Task Creates_run_side_by_side()
    {
        await using TestServer server = await TestServer.StartAsync();
        const int Count = 8;
        int waiting = 0;
        var all = new TaskCompletionSource();
        server.Host.BeforeTake = token =>
        {
            // None goes on before all are here.
            if (Interlocked.Increment(ref waiting) == Count)
            {
                all.SetResult();
            }

            return all.Task.WaitAsync(TimeSpan.FromSeconds(20), token);
        };

        string[] ids = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => server.CreateAsync()));

        Assert.Equal(Count, ids.Distinct().Count());
        Assert.Equal(Count, (await server.ApiAsync("GET", "/v2/sandboxes")).Json!.AsArray().Count);
    }
}
