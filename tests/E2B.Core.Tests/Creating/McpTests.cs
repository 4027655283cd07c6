using System.Net;
using System.Text.Json.Nodes;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.Core.Tests.Creating;

public class McpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static JsonObject Configuration => JsonNode.Parse("""{"browserbase":{"apiKey":"canary-key-\"ü\"","list":["canary-in-list"],"port":8080}}""")!.AsObject();

    [Fact]
    public async Task The_gateway_is_started_as_root_with_the_configuration_and_a_token()
    {
        FakeHandler handler = Service(Frames.Start(1), Frames.Exit(), Frames.Done());
        using E2BClient client = Client.With(handler);

        Sandbox sandbox = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Mcp = Configuration }, Token);

        SentRequest[] sent = [.. handler.Requests];
        Assert.Equal(["/sandboxes", "/process.Process/Start"], sent.Select(request => request.PathAndQuery));
        JsonNode body = JsonNode.Parse(sent[0].Text)!;
        Assert.Equal("mcp-gateway", (string)body["templateID"]!);
        Assert.True(JsonNode.DeepEquals(Configuration, body["mcp"]));
        Assert.Equal("Basic " + Convert.ToBase64String("root:"u8), sent[1].Headers["Authorization"]);
        Assert.Equal("62000", sent[1].Headers["Connect-Timeout-Ms"]);
        StartRequest start = Frames.Request<StartRequest>(sent[1].Body);
        Assert.True(JsonNode.DeepEquals(Configuration, JsonNode.Parse(start.Process.Envs["E2B_MCP_CONFIG"])));
        Assert.DoesNotContain("canary", string.Join(' ', start.Process.Args), StringComparison.Ordinal);
        string token = start.Process.Envs["GATEWAY_ACCESS_TOKEN"];
        Assert.Equal(64, token.Length);
        Assert.Equal(token, await sandbox.GetMcpTokenAsync(Token));
        Assert.Equal(token, await sandbox.WithRequestTimeout(TimeSpan.FromSeconds(5)).GetMcpTokenAsync(Token));
        Assert.Equal(2, handler.Requests.Count);
        Assert.Equal("https://50005-sbx1.e2b.app/mcp", (await sandbox.GetMcpUrlAsync(Token)).AbsoluteUri);
    }

    [Fact]
    public async Task Another_template_and_another_limit_can_be_named()
    {
        FakeHandler handler = Service(Frames.Start(1), Frames.Exit(), Frames.Done());
        using E2BClient client = Client.With(handler);

        await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = "mine", Mcp = [], McpStartTimeout = TimeSpan.Zero }, Token);

        Assert.Equal("mine", (string)JsonNode.Parse(handler.Requests.First().Text)!["templateID"]!);
        Assert.DoesNotContain("Connect-Timeout-Ms", handler.Requests.Last().Headers.Keys);
    }

    [Fact]
    public async Task A_gateway_that_fails_ends_the_sandbox_and_tells_no_value_of_the_configuration()
    {
        FakeHandler handler = Service(
            Frames.Start(1), Frames.StdErr("bad apiKey canary-key-\"ü\", or canary-key-\\u0022\\u00FC\\u0022, 'canary-key-\\\"', canary-in-list; port 8080\n"), Frames.Exit(3), Frames.Done());
        using E2BClient client = Client.With(handler);

        E2BMcpException failed = await Assert.ThrowsAsync<E2BMcpException>(
            () => client.Sandboxes.CreateAsync(new SandboxCreateOptions { Mcp = Configuration }, Token));

        Assert.Equal("DELETE /sandboxes/sbx1", Last(handler));
        Assert.Contains("exit code 3: bad apiKey ***, or ***, '***\\\"', ***; port ***", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failed.ToString(), StringComparison.Ordinal);
        Assert.Equal("sbx1", failed.SandboxId);
    }

    [Fact]
    public async Task A_template_without_the_gateway_is_told_as_that()
    {
        FakeHandler handler = Service(Frames.Start(1), Frames.StdErr("bash: exec: mcp-gateway: not found\n"), Frames.Exit(127), Frames.Done());
        using E2BClient client = Client.With(handler);

        E2BMcpException failed = await Assert.ThrowsAsync<E2BMcpException>(
            () => client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = "tpl1", Mcp = [] }, Token));

        Assert.Equal("DELETE /sandboxes/sbx1", Last(handler));
        Assert.Contains("no program mcp-gateway", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_else_fails_ends_the_sandbox_too()
    {
        FakeHandler handler = Service(Frames.Error(ConnectCode.Internal, "no"));
        using E2BClient client = Client.With(handler);

        await Assert.ThrowsAsync<E2BException>(() => client.Sandboxes.CreateAsync(new SandboxCreateOptions { Mcp = [] }, Token));

        Assert.Equal("DELETE /sandboxes/sbx1", Last(handler));
    }

    [Fact]
    public async Task A_create_that_is_given_up_while_the_gateway_starts_ends_the_sandbox()
    {
        using var stop = new CancellationTokenSource();
        var handler = new FakeHandler(async (request, token) =>
        {
            if (request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal))
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
            }

            return request.Method == HttpMethod.Delete ? Answers.Empty(204) : Answers.Json(Body.Made, HttpStatusCode.Created);
        });
        using E2BClient client = Client.With(handler);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Sandboxes.CreateAsync(new SandboxCreateOptions { Mcp = [] }, stop.Token));

        Assert.Equal("DELETE /sandboxes/sbx1", Last(handler));
    }

    [Fact]
    public async Task The_token_of_a_sandbox_made_elsewhere_is_read_there_once()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, "the-token\n"));
        Sandbox sandbox = Client.Sandbox(handler);

        Assert.Equal("the-token", await sandbox.GetMcpTokenAsync(Token));
        Assert.Equal("the-token", await sandbox.GetMcpTokenAsync(Token));

        Assert.Equal("/files?path=%2Fetc%2Fmcp-gateway%2F.token&username=root", handler.Only.PathAndQuery);
    }

    [Fact]
    public async Task Without_a_gateway_there_is_no_token()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Error(404)));

        Assert.Null(await sandbox.GetMcpTokenAsync(Token));
    }

    private static FakeHandler Service(params byte[][] gateway) => new(request =>
        request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal) ? Answers.Stream(ScriptedStream.Of(gateway))
        : request.Method == HttpMethod.Delete ? Answers.Empty(204)
        : Answers.Json(Body.Made, HttpStatusCode.Created));

    private static string Last(FakeHandler handler) => $"{handler.Requests.Last().Method} {handler.Requests.Last().PathAndQuery}";
}
