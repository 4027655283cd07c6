using System.Net;
using System.Text;
using System.Text.Json;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests.Code;

public class CodeStreamTests
{
    private const string End = """{"type":"end_of_execution"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_that_code_brings_is_an_event_in_its_order()
    {
        Sandbox sandbox = Answering(
            """{"type":"number_of_executions","execution_count":3}""",
            """{"type":"stdout","text":"a\n","timestamp":"2026-11-20T12:00:01.5Z"}""",
            """{"type":"stderr","text":"b"}""",
            """{"type":"keepalive"}""",
            """{"type":"result","text":"42","is_main_result":true}""",
            """{"type":"error","name":"ValueError","value":"no","traceback":"\u001b[31mline 1\u001b[0m"}""",
            End);

        List<CodeEvent> events = await sandbox.Code.StreamAsync("x", cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(3, Assert.IsType<CodeCountEvent>(events[0]).ExecutionCount);
        CodeOutputEvent stdout = Assert.IsType<CodeOutputEvent>(events[1]);
        Assert.Equal(("a\n", CommandStream.StdOut, new DateTimeOffset(2026, 11, 20, 12, 0, 1, 500, TimeSpan.Zero)), (stdout.Text, stdout.Stream, stdout.Timestamp));
        CodeOutputEvent stderr = Assert.IsType<CodeOutputEvent>(events[2]);
        Assert.Equal(("b", CommandStream.StdErr, (DateTimeOffset?)null), (stderr.Text, stderr.Stream, stderr.Timestamp));
        CodeResult result = Assert.IsType<CodeResultEvent>(events[3]).Result;
        Assert.Equal(("42", true, "sbx1"), (result.Text, result.IsMainResult, result.SandboxId));
        CodeError error = Assert.IsType<CodeErrorEvent>(events[4]).Error;
        Assert.Equal(("ValueError", "no", "\e[31mline 1\e[0m", "line 1"), (error.Name, error.Value, error.Traceback, error.PlainTraceback));
        Assert.Equal(5, events.Count);
    }

    [Fact]
    public async Task An_execution_is_all_of_it()
    {
        Sandbox sandbox = Answering(
            """{"type":"stdout","text":"one"}""",
            """{"type":"result","text":"shown","is_main_result":false}""",
            """{"type":"stdout","text":" line\n"}""",
            """{"type":"stderr","text":"oops"}""",
            """{"type":"result","text":"main","is_main_result":true}""",
            """{"type":"number_of_executions","execution_count":7}""",
            """{"type":"error","name":"E","value":"v","traceback":"t"}""",
            End);

        CodeExecution execution = await sandbox.Code.RunAsync("x", cancellationToken: Token);

        Assert.Equal(("one line\n", "oops", "main", 7), (execution.StandardOutput, execution.StandardError, execution.Text, execution.ExecutionCount));
        Assert.Equal(["shown", "main"], execution.Results.Select(static result => result.Text));
        Assert.False(execution.Succeeded);
        CodeExecutionException thrown = Assert.Throws<CodeExecutionException>(execution.EnsureSuccess);
        Assert.Equal(("E: v", "sbx1", execution.Error), (thrown.Message, thrown.SandboxId, thrown.Error));
    }

    [Fact]
    public async Task What_is_sent_is_what_the_service_takes_over_http_1()
    {
        Version? version = null;
        var handler = new FakeHandler(_ => Answers.Text(200, End + "\n"));
        var watch = new VersionHandler(handler, seen => version = seen);
        Sandbox sandbox = Client.Sandbox(handler, change: options => options with { HandlerFactory = () => watch });

        await sandbox.Code.RunAsync("print('ü')", new CodeRunOptions { Language = "r", Environment = new Dictionary<string, string> { ["A"] = "1" } }, Token);

        SentRequest sent = handler.Only;
        Assert.Equal(("https://49999-sbx1.e2b.app/execute", HttpMethod.Post), (sent.Uri.AbsoluteUri, sent.Method));
        Assert.Equal(("sbx1", "49999", Client.AccessToken), (sent.Headers["E2b-Sandbox-Id"], sent.Headers["E2b-Sandbox-Port"], sent.Headers["X-Access-Token"]));
        Assert.DoesNotContain("X-API-KEY", sent.Headers.Keys);
        using JsonDocument body = JsonDocument.Parse(sent.Body);
        Assert.Equal("print('ü')", body.RootElement.GetProperty("code").GetString());
        Assert.Equal("r", body.RootElement.GetProperty("language").GetString());
        Assert.Equal("1", body.RootElement.GetProperty("env_vars").GetProperty("A").GetString());
        Assert.False(body.RootElement.TryGetProperty("context_id", out _));
        Assert.Equal(HttpVersion.Version11, version);
    }

    [Fact]
    public async Task Bytes_cut_anywhere_make_the_same_text()
    {
        byte[] whole = Encoding.UTF8.GetBytes("{\"type\":\"stdout\",\"text\":\"ü€😀\\ud83d\\ude00\"}\n" + End + "\n");

        for (int cut = 1; cut < whole.Length; cut++)
        {
            Sandbox sandbox = Client.Running(whole[..cut], whole[cut..]);
            Assert.Equal("ü€😀😀", (await sandbox.Code.RunAsync("x", cancellationToken: Token)).StandardOutput);
        }
    }

    [Fact]
    public async Task Half_a_character_and_numbers_that_json_lacks_pass()
    {
        Sandbox sandbox = Answering(
            """{"type":"stdout","text":"a\ud83d\\ud83d \ud83d\ude00"}""",
            """{"type":"result","text":"NaN \"Infinity\"","data":{"x":[1,NaN,-Infinity]},"is_main_result":true}""",
            End);

        CodeExecution execution = await sandbox.Code.RunAsync("x", cancellationToken: Token);

        Assert.Equal("a\ufffd\\ud83d 😀", execution.StandardOutput);
        Assert.Equal("NaN \"Infinity\"", execution.Text);
        Assert.Equal([1L, "NaN", "-Infinity"], execution.Results[0].Data!["x"]);
    }

    [Fact]
    public async Task Unknown_types_and_empty_lines_are_passed_over_and_what_comes_after_the_end_is_not_read()
    {
        Sandbox sandbox = Answering(
            """{"type":"of_tomorrow","text":"?"}""", "", """{"type":"stdout","text":"here"}""", """{"no":"type"}""", End, """{"type":"stdout","text":"late"}""");

        Assert.Equal("here", (await sandbox.Code.RunAsync("x", cancellationToken: Token)).StandardOutput);
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"type":"stdout","text":"a"}""" + "\n")]
    [InlineData("""{"type":"stdout","te""")]
    public async Task A_stream_without_its_end_mark_is_an_error(string body)
    {
        Sandbox sandbox = Client.Running(Encoding.UTF8.GetBytes(body));

        E2BProtocolException error = await Assert.ThrowsAsync<E2BProtocolException>(() => sandbox.Code.RunAsync("x", cancellationToken: Token));

        Assert.Equal("sbx1", error.SandboxId);
    }

    [Fact]
    public async Task What_came_before_a_break_is_handed_out()
    {
        Sandbox sandbox = Client.Sandbox(Routes.Of(
            ("/execute", Routes.Broken("""{"type":"stdout","text":"a"}"""u8.ToArray(), "\n"u8.ToArray())),
            ("/sandboxes/sbx1", Routes.Json(Ports.PortUrlTests.Detail("running")))));
        var texts = new List<string>();

        E2BProtocolException error = await Assert.ThrowsAsync<E2BProtocolException>(async () =>
        {
            await foreach (CodeEvent brought in sandbox.Code.StreamAsync("x", cancellationToken: Token))
            {
                texts.Add(Assert.IsType<CodeOutputEvent>(brought).Text);
            }
        });

        Assert.Equal(["a"], texts);
        Assert.Contains("the answer ended before the code did", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("paused", E2BTimeoutKind.SandboxPaused)]
    [InlineData(null, E2BTimeoutKind.SandboxEnded)]
    public async Task A_break_that_is_the_sandboxs_own_is_told_as_such(string? state, E2BTimeoutKind kind)
    {
        Sandbox sandbox = Client.Sandbox(Routes.Of(
            ("/execute", Routes.Broken()),
            ("/sandboxes/sbx1", state is null ? Routes.Status(404) : Routes.Json(Ports.PortUrlTests.Detail(state)))));

        Assert.Equal(kind, (await Assert.ThrowsAsync<E2BTimeoutException>(() => sandbox.Code.RunAsync("x", cancellationToken: Token))).Kind);
    }

    [Fact]
    public async Task Time_without_end_is_a_timeout_too()
    {
        CodeExecution execution = await Answering("""{"type":"stdout","text":"a"}""", End).Code.RunAsync("x", new CodeRunOptions { Timeout = TimeSpan.MaxValue }, Token);

        Assert.Equal("a", execution.StandardOutput);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[1]")]
    public async Task Lines_that_are_no_events_are_no_answer(string line)
    {
        await Assert.ThrowsAsync<E2BProtocolException>(() => Answering(line, End).Code.RunAsync("x", cancellationToken: Token));
    }

    [Fact]
    public async Task The_services_refusals_are_told_apart()
    {
        await Assert.ThrowsAsync<CodeContextNotFoundException>(() =>
            Client.Sandbox(new FakeHandler(_ => Answers.Text(404, "Context c1 not found"))).Code.RunAsync("x", new CodeRunOptions { ContextId = "c1" }, Token));
        await Assert.ThrowsAsync<CodeInterpreterNotFoundException>(() =>
            Client.Sandbox(new FakeHandler(_ => Edge(502, "The sandbox is running but port is not open"))).Code.RunAsync("x", cancellationToken: Token));
        await Assert.ThrowsAsync<SandboxNotFoundException>(() =>
            Client.Sandbox(new FakeHandler(_ => Edge(502, "The sandbox was not found"))).Code.RunAsync("x", cancellationToken: Token));
        E2BException kernel = await Assert.ThrowsAsync<E2BException>(() =>
            Client.Sandbox(new FakeHandler(_ => Answers.Text(500, "No such kernel named cobol"))).Code.RunAsync("x", new CodeRunOptions { Language = "cobol" }, Token));
        Assert.Contains("No such kernel named cobol", kernel.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() =>
            Answering(End).Code.RunAsync("x", new CodeRunOptions { Language = "r", ContextId = "c1" }, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() =>
            Answering(End).Code.RunAsync("x", new CodeRunOptions { Timeout = TimeSpan.FromSeconds(-1) }, Token));
    }

    [Fact]
    public async Task Errors_name_the_sandbox_once()
    {
        (Sandbox Sandbox, CodeRunOptions? Options)[] failing =
        [
            (Answering("{}"), null),
            (Client.Sandbox(new FakeHandler(_ => Edge(502, "The sandbox is running but port is not open"))), null),
            (Client.Sandbox(new FakeHandler(_ => Edge(502, "The sandbox was not found"))), null),
            (Client.Sandbox(new FakeHandler(_ => Answers.Text(404, "Context c1 not found"))), new CodeRunOptions { ContextId = "c1" }),
            (Client.Sandbox(Routes.Of(("/execute", Routes.Broken()), ("/sandboxes/sbx1", Routes.Status(404)))), null),
            (Client.Sandbox(Routes.Of(("/execute", Routes.Broken()), ("/sandboxes/sbx1", Routes.Json(Ports.PortUrlTests.Detail("paused"))))), null),
        ];

        foreach ((Sandbox sandbox, CodeRunOptions? options) in failing)
        {
            E2BException error = await Assert.ThrowsAnyAsync<E2BException>(() => sandbox.Code.RunAsync("x", options, Token));
            Assert.Equal(2, error.Message.Split("sandbox sbx1").Length);
        }
    }

    [Fact]
    public async Task A_restricted_port_is_asked_with_the_token_and_the_code_runs_once()
    {
        int ran = 0;
        var handler = new FakeHandler(request => request.Uri.Host != "49999-sbx1.e2b.app"
            ? request.Method == HttpMethod.Post
                ? Answers.Json("""{"templateID":"t","sandboxID":"sbx1","envdVersion":"0.6.13","trafficAccessToken":"traffic-1"}""")
                : Answers.Json(Ports.PortUrlTests.Detail("running"))
            : request.Headers.TryGetValue("E2b-Traffic-Access-Token", out string? token) && token == "traffic-1" && ++ran > 0
                ? Answers.Text(200, End)
                : Edge(403, "Sandbox is secured with traffic access token."));

        await Client.Sandbox(handler).Code.RunAsync("x", cancellationToken: Token);

        Assert.Equal(1, ran);
    }

    private static Sandbox Answering(params string[] lines) => Client.Running(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    private static HttpResponseMessage Edge(int status, string message) =>
        Answers.Json($$"""{"message":"{{message}}","code":{{status}},"sandboxId":"sbx1","port":49999}""", (HttpStatusCode)status);

    private sealed class VersionHandler(HttpMessageHandler inner, Action<Version> seen) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal(HttpVersionPolicy.RequestVersionExact, request.VersionPolicy);
            seen(request.Version);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
