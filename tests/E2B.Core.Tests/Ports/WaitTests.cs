using E2B.Core.Tests.Fakes;
using E2B.Protocol.Process;

namespace E2B.Core.Tests.Ports;

public class WaitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    public async Task What_listens_is_read_in_the_sandbox(int exitCode, bool expected)
    {
        var handler = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Ended(exitCode))));

        Assert.Equal(expected, await Client.Sandbox(handler).Ports.IsOpenAsync(8000, Token));
        ProcessConfig started = Frames.Request<StartRequest>(handler.Only.Body).Process;
        Assert.Equal(["sh", "1F40", "1"], started.Args.Skip(2));
        Assert.Equal("/bin/sh", started.Cmd);
    }

    [Fact]
    public async Task A_sandbox_that_cannot_be_looked_into_is_an_error_and_no_answer()
    {
        Sandbox sandbox = Client.Running(Frames.Start(1), Frames.StdErr("/proc/net/tcp cannot be read\n"), Frames.Exit(4), Frames.Done());

        E2BException error = await Assert.ThrowsAsync<E2BException>(() => sandbox.Ports.IsOpenAsync(8000, Token));

        Assert.Contains("/proc/net/tcp cannot be read", error.Message, StringComparison.Ordinal);
        Assert.Equal("sbx1", error.SandboxId);
    }

    [Fact]
    public async Task The_ports_on_which_something_listens_are_listed_once_and_in_order()
    {
        Sandbox sandbox = Client.Running(
            Frames.Start(1),
            Frames.StdOut("""
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:1F41 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 21 1 0
                   1: 0100007F:0050 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000  1000        0 22 1 0
                   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23 1 0
                  sl  local_address                         remote_address                        st tx_queue rx_queue
                   0: 00000000000000000000000001000000:1F41 00000000000000000000000000000000:0000 0A 00000000:00000000 00

                """),
            Frames.Exit(),
            Frames.Done());

        Assert.Equal([22, 8001], await sandbox.Ports.ListAsync(Token));
    }

    [Fact]
    public async Task The_edges_word_that_nothing_listens_is_no_answer_and_anything_else_is()
    {
        var answers = new Queue<HttpResponseMessage>(
        [
            Edge(502, "The sandbox is running but port is not open"),
            Edge(502, "The sandbox is running but port is not open"),
            Answers.Text(502, "the program's own failure"),
        ]);
        FakeHandler handler = Sandboxed(_ => answers.Dequeue());

        await Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token);

        Assert.Empty(answers);
        Assert.All(AtThePort(handler), static request => Assert.Equal(HttpMethod.Get, request.Method));
        Assert.All(AtThePort(handler), static request => Assert.DoesNotContain("X-API-KEY", request.Headers.Keys));
    }

    [Theory]
    [InlineData("""{"code":502,"message":"port is not open"}""", 502)]
    [InlineData("""{"message":"Sandbox is secured with traffic access token"}""", 403)]
    [InlineData("[1]", 502)]
    [InlineData("{", 502)]
    public async Task A_program_that_says_nearly_what_the_edge_says_has_answered(string body, int status)
    {
        FakeHandler handler = Sandboxed(_ => Answers.Text(status, body, "application/json"));

        await Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token);

        Assert.Single(AtThePort(handler));
    }

    [Fact]
    public async Task Restricted_ports_are_asked_with_the_token()
    {
        FakeHandler handler = Sandboxed(request => request.Headers.TryGetValue("E2b-Traffic-Access-Token", out string? token) && token == "traffic-1"
            ? Answers.Text(200, "hello")
            : Edge(403, "Sandbox is secured with traffic access token. Token header 'e2b-traffic-access-token' is missing"));

        await Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token);

        Assert.Equal(2, AtThePort(handler).Count());
    }

    [Fact]
    public async Task A_sandbox_that_is_gone_is_not_waited_for()
    {
        var handler = new FakeHandler(request => request.Uri.Host == "8000-sbx1.e2b.app" ? Edge(502, "The sandbox was not found")
            : request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal) ? Answers.Stream(ScriptedStream.Of(Ended(0)))
            : Answers.Error(404));

        await Assert.ThrowsAsync<SandboxNotFoundException>(() => Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token));
    }

    [Fact]
    public async Task A_program_that_breaks_off_is_not_ready_yet()
    {
        int asked = 0;
        FakeHandler handler = Sandboxed(_ => ++asked < 3 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Answers.Text(200, "ready"));

        await Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token);

        Assert.Equal(3, asked);
    }

    [Theory]
    [InlineData(HttpRequestError.ResponseEnded)]
    [InlineData(HttpRequestError.ConnectionError)]
    public async Task The_end_of_the_sandbox_is_told_whatever_it_breaks(HttpRequestError kind)
    {
        var handler = new FakeHandler(request => request.Uri.Host == "8000-sbx1.e2b.app" ? throw new HttpRequestException(kind)
            : request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal) ? Answers.Stream(ScriptedStream.Of(Ended(0)))
            : Answers.Error(404));

        await Assert.ThrowsAsync<SandboxNotFoundException>(() => Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token));
    }

    [Fact]
    public async Task A_way_that_cannot_be_made_is_an_error_at_once()
    {
        FakeHandler handler = Sandboxed(_ => throw new HttpRequestException(HttpRequestError.NameResolutionError));

        await Assert.ThrowsAsync<E2BUnreachableException>(() => Client.Sandbox(handler).Ports.WaitAsync(8000, answersHttp: true, cancellationToken: Token));
    }

    [Fact]
    public async Task A_port_that_never_answers_is_told_apart_from_one_that_is_never_open()
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(200);
        var silent = new FakeHandler(async (request, token) =>
        {
            if (!request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal))
            {
                await Task.Delay(Timeout.Infinite, token);
            }

            return Answers.Stream(ScriptedStream.Of(Ended(0)));
        });
        var closed = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Ended(3))));

        E2BTimeoutException noAnswer = await Assert.ThrowsAsync<E2BTimeoutException>(() => Client.Sandbox(silent).Ports.WaitAsync(8000, answersHttp: true, limit, Token));
        E2BTimeoutException notOpen = await Assert.ThrowsAsync<E2BTimeoutException>(() => Client.Sandbox(closed).Ports.WaitAsync(8000, answersHttp: true, limit, Token));

        Assert.Equal((E2BTimeoutKind.Wait, limit), (noAnswer.Kind, noAnswer.Limit));
        Assert.Contains("no answer over HTTP within 0.2 s", noAnswer.Message, StringComparison.Ordinal);
        Assert.StartsWith("Nothing listened on port 8000 in the sandbox sbx1 within 0.2 s", notOpen.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_is_asked_for_until_it_is_there()
    {
        var states = new Queue<string>(["running", "fault", "fault", "running", "paused"]);
        var handler = new FakeHandler(_ => states.Dequeue() is var state && state == "fault" ? Answers.Error(502) : Answers.Json(PortUrlTests.Detail(state)));

        SandboxInfo? info = await Client.Sandbox(handler).WaitForStateAsync(SandboxState.Paused, cancellationToken: Token);

        Assert.Equal(SandboxState.Paused, info?.State);
        Assert.Empty(states);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_not_waited_for()
    {
        var handler = new FakeHandler(_ => Answers.Error(502));

        await Assert.ThrowsAsync<E2BUnreachableException>(() => Client.Sandbox(handler).WaitForStateAsync(SandboxState.Paused, cancellationToken: Token));

        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task The_end_of_a_sandbox_is_what_is_waited_for_or_an_error()
    {
        Sandbox gone = Client.Sandbox(new FakeHandler(_ => Answers.Error(404)));

        Assert.Null(await gone.WaitForStateAsync(SandboxState.Ended, cancellationToken: Token));
        Assert.Equal((SandboxState.Ended, TimeSpan.Zero), (gone.State, gone.TimeLeft!.Value));
        await Assert.ThrowsAsync<SandboxNotFoundException>(() => gone.WaitForStateAsync(SandboxState.Running, cancellationToken: Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => gone.WaitForStateAsync(SandboxState.Unknown, cancellationToken: Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => gone.WaitForStateAsync(SandboxState.Ended, TimeSpan.FromSeconds(-1), Token));
    }

    [Fact]
    public async Task A_state_that_does_not_come_is_a_timeout_and_a_caller_that_gives_up_none()
    {
        Sandbox running = Client.Sandbox(new FakeHandler(_ => Answers.Json(PortUrlTests.Detail("running"))));
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        E2BTimeoutException error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => running.WaitForStateAsync(SandboxState.Ended, TimeSpan.FromMilliseconds(100), Token));
        Assert.Equal(E2BTimeoutKind.Wait, error.Kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitForStateAsync(SandboxState.Ended, TimeSpan.Zero, caller.Token));
    }

    private static byte[][] Ended(int exitCode) => [Frames.Start(1), Frames.Exit(exitCode), Frames.Done()];

    private static HttpResponseMessage Edge(int status, string message) =>
        Answers.Json($$"""{"message":"{{message}}","code":{{status}},"sandboxId":"sbx1","port":8000}""", (System.Net.HttpStatusCode)status);

    private static IEnumerable<SentRequest> AtThePort(FakeHandler handler) => handler.Requests.Where(static request => request.Uri.Host == "8000-sbx1.e2b.app");

    /// <summary>A sandbox in which something listens, with a restricted port at which this answers.</summary>
    private static FakeHandler Sandboxed(Func<SentRequest, HttpResponseMessage> atThePort) => new(request =>
        request.Uri.Host == "8000-sbx1.e2b.app" ? atThePort(request)
        : request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal) ? Answers.Stream(ScriptedStream.Of(Ended(0)))
        : request.Method == HttpMethod.Post ? Answers.Json("""{"templateID":"t","sandboxID":"sbx1","envdVersion":"0.6.13","trafficAccessToken":"traffic-1"}""")
        : Answers.Json(PortUrlTests.Detail("running")));
}
