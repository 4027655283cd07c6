using System.Net.Sockets;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;

namespace E2B.Core.Tests;

public class ErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(400, typeof(E2BInvalidArgumentException))]
    [InlineData(401, typeof(E2BAuthenticationException))]
    [InlineData(403, typeof(E2BAuthenticationException))]
    [InlineData(404, typeof(SandboxNotFoundException))]
    [InlineData(409, typeof(E2BConflictException))]
    [InlineData(429, typeof(E2BRateLimitException))]
    [InlineData(500, typeof(E2BException))]
    [InlineData(502, typeof(E2BUnreachableException))]
    [InlineData(503, typeof(E2BUnreachableException))]
    [InlineData(507, typeof(NotEnoughSpaceException))]
    [InlineData(302, typeof(E2BProtocolException))]
    public async Task The_control_planes_status_decides(int status, Type expected)
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(status).With("X-Request-Id", "req-7")));

        Exception error = await Assert.ThrowsAsync(expected, () => client.Sandboxes.GetAsync("sbx1", Token));

        var e2b = Assert.IsType<E2BException>(error, exactMatch: false);
        Assert.Equal((status, "sbx1", "req-7"), (e2b.StatusCode, e2b.SandboxId, e2b.RequestId));
        Assert.True(status is 404 or 302 || e2b.Message.Contains("what the service says", StringComparison.Ordinal), e2b.Message);
    }

    [Theory]
    [InlineData(ConnectCode.InvalidArgument, typeof(E2BInvalidArgumentException))]
    [InlineData(ConnectCode.Unauthenticated, typeof(SandboxUserNotFoundException))]
    [InlineData(ConnectCode.NotFound, typeof(SandboxFileNotFoundException))]
    [InlineData(ConnectCode.AlreadyExists, typeof(E2BConflictException))]
    [InlineData(ConnectCode.ResourceExhausted, typeof(E2BRateLimitException))]
    [InlineData(ConnectCode.Unavailable, typeof(E2BTimeoutException))]
    [InlineData(ConnectCode.Canceled, typeof(E2BTimeoutException))]
    [InlineData(ConnectCode.Unimplemented, typeof(E2BTemplateException))]
    [InlineData(ConnectCode.Internal, typeof(E2BException))]
    [InlineData(ConnectCode.PermissionDenied, typeof(E2BException))]
    public async Task The_daemons_code_decides(ConnectCode code, Type expected)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(
            ConnectCodes.ToHttpStatus(code), System.Text.Encoding.UTF8.GetString(new ConnectError(code, "the daemon's words").ToJson()), "application/json")));

        var error = Assert.IsType<E2BException>(
            await Assert.ThrowsAsync(expected, () => sandbox.Files.GetInfoAsync("/x", cancellationToken: Token)), exactMatch: false);

        Assert.Equal(("sbx1", ConnectCodes.ToHttpStatus(code)), (error.SandboxId, error.StatusCode));
        Assert.Contains("the daemon's words", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_recognized_in_the_daemons_words()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(500, """{"code":"internal","message":"mkdir /x: no space left on device"}""", "application/json")));

        await Assert.ThrowsAsync<NotEnoughSpaceException>(() => sandbox.Files.MakeDirectoryAsync("/x", cancellationToken: Token));
    }

    [Theory]
    [InlineData(401, """{"code":401,"message":"unauthorized access"}""", "application/json", typeof(E2BAuthenticationException))]
    [InlineData(502, "<html><body>Bad gateway</body></html>", "text/html", typeof(E2BTimeoutException))]
    [InlineData(502, """{"sandboxId":"sbx1","message":"The sandbox was not found","code":502}""", "application/json", typeof(E2BTimeoutException))]
    [InlineData(429, "slow down", "text/plain", typeof(E2BRateLimitException))]
    [InlineData(500, "", "text/plain", typeof(E2BException))]
    [InlineData(200, "<html>a captive portal</html>", "text/html", typeof(E2BProtocolException))]
    public async Task Who_stands_before_the_daemon_answers_in_its_own_form(int status, string body, string type, Type expected)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(status, body, type)));

        Exception error = await Assert.ThrowsAsync(expected, () => sandbox.Files.GetInfoAsync("/x", cancellationToken: Token));

        Assert.DoesNotContain("<html>", error.Message, StringComparison.Ordinal);
        if (error is E2BTimeoutException timeout)
        {
            Assert.Equal(E2BTimeoutKind.SandboxEnded, timeout.Kind);
        }
    }

    [Theory]
    [InlineData(502)]
    [InlineData(-1)]
    public async Task A_start_in_a_sandbox_that_is_gone_says_so(int status)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => status > 0
            ? Answers.Empty(status)
            : Answers.Stream(ScriptedStream.Of(Frames.Error(ConnectCode.Unavailable, "no upstream")))));

        var error = await Assert.ThrowsAsync<SandboxNotFoundException>(() => sandbox.Commands.StartAsync("true", cancellationToken: Token));

        Assert.Equal("sbx1", error.SandboxId);
        Assert.IsType<E2BTimeoutException>(error.InnerException);
    }

    [Theory]
    [InlineData(ConnectCode.Unauthenticated, typeof(SandboxUserNotFoundException))]
    [InlineData(ConnectCode.InvalidArgument, typeof(E2BInvalidArgumentException))]
    public async Task An_error_inside_the_stream_comes_with_status_200_and_still_counts(ConnectCode code, Type expected)
    {
        Sandbox sandbox = Client.Running(Frames.Error(code, "the daemon's words"));

        await Assert.ThrowsAsync(expected, () => sandbox.Commands.RunAsync("true", cancellationToken: Token));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_not_the_services_is_a_protocol_error(string body)
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Text(200, body)));

        var error = await Assert.ThrowsAsync<E2BProtocolException>(() => client.Sandboxes.GetAsync("sbx1", Token));

        Assert.NotNull(error.InnerException);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "cannot be resolved")]
    [InlineData(HttpRequestError.ConnectionError, "no connection to api.e2b.app")]
    [InlineData(HttpRequestError.SecureConnectionError, "certificate")]
    [InlineData(HttpRequestError.ProxyTunnelError, "proxy")]
    [InlineData(HttpRequestError.ResponseEnded, "broke")]
    public async Task An_unreachable_server_is_told_apart_by_cause(HttpRequestError kind, string expected)
    {
        var cause = new HttpRequestException(kind, "cause", new SocketException((int)SocketError.ConnectionRefused));
        using E2BClient client = Client.With(new FakeHandler(_ => throw cause));

        var error = await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Same(cause, error.InnerException);
    }

    [Fact]
    public async Task Secrets_in_somebody_elses_words_are_taken_out()
    {
        using E2BClient client = Client.With(new FakeHandler(_ => Answers.Error(401, $"key {Client.ApiKey} is wrong")));
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(401, $"token {Client.AccessToken} is wrong")));

        Exception first = await Assert.ThrowsAsync<E2BAuthenticationException>(() => client.Sandboxes.GetAsync("sbx1", Token));
        Exception second = await Assert.ThrowsAsync<E2BAuthenticationException>(() => sandbox.Files.GetInfoAsync("/x", cancellationToken: Token));

        Assert.Contains("key *** is wrong", first.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Client.ApiKey, first.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Client.AccessToken, second.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_key_and_says_where_it_leads()
    {
        var handler = new FakeHandler(_ => Answers.Empty(301).With("Location", "https://elsewhere.example/x?signature=abc"));
        using E2BClient client = Client.With(handler);

        var error = await Assert.ThrowsAsync<E2BProtocolException>(() => client.Sandboxes.GetAsync("sbx1", Token));

        Assert.Single(handler.Requests);
        Assert.Contains("elsewhere.example", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("signature", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"code":401,"message":"unauthorized access"}""", typeof(E2BAuthenticationException), "access token")]
    [InlineData("""{"code":"unauthenticated","message":"invalid username: 'x'"}""", typeof(SandboxUserNotFoundException), "Linux user")]
    [InlineData("""{"code":401,"message":"invalid username: 'x'"}""", typeof(SandboxUserNotFoundException), "Linux user")]
    [InlineData("""{"code":401,"message":"error looking up user 'x': user: unknown user x"}""", typeof(SandboxUserNotFoundException), "Linux user")]
    public async Task A_wrong_token_and_an_unknown_user_are_told_apart(string body, Type type, string expected)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Text(401, body, "application/json")));

        Exception error = await Assert.ThrowsAsync(type, () => sandbox.Files.GetInfoAsync("/x", cancellationToken: Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }
}
