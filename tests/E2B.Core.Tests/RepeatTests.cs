using System.Globalization;
using System.Net;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;

namespace E2B.Core.Tests;

public class RepeatTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_list_waits_as_long_as_the_service_asks_and_tries_again(int status)
    {
        int calls = 0;
        var handler = new FakeHandler(_ => ++calls == 1 ? Answers.Error(status).With("Retry-After", "7") : Answers.Json("[]"));
        var clock = new InstantClock();
        using E2BClient client = Client.With(handler, o => o with { Clock = clock });

        await foreach (SandboxInfo _ in client.Sandboxes.ListAsync(cancellationToken: Token))
        {
        }

        Assert.Equal(2, handler.Requests.Count);
        Assert.Equal([TimeSpan.FromSeconds(7)], clock.Waits);
    }

    [Fact]
    public async Task A_date_to_retry_after_is_honoured()
    {
        int calls = 0;
        string date = DateTimeOffset.UtcNow.AddSeconds(15).ToString("R", CultureInfo.InvariantCulture);
        var handler = new FakeHandler(_ => ++calls == 1 ? Answers.Error(429).With("Retry-After", date) : Answers.Empty(204));
        var clock = new InstantClock();
        using E2BClient client = Client.With(handler, o => o with { Clock = clock });

        Assert.True(await client.Sandboxes.KillAsync("sbx1", Token));

        Assert.InRange(Assert.Single(clock.Waits), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_long_wait_is_left_to_the_caller()
    {
        var handler = new FakeHandler(_ => Answers.Error(429).With("Retry-After", "120"));
        using E2BClient client = Client.With(handler);

        var error = await Assert.ThrowsAsync<E2BRateLimitException>(() => client.Sandboxes.GetAsync("sbx1", Token));

        Assert.Single(handler.Requests);
        Assert.Equal(TimeSpan.FromSeconds(120), error.RetryAfter);
    }

    [Fact]
    public async Task It_gives_up_after_three_times()
    {
        var handler = new FakeHandler(_ => Answers.Error(503));
        using E2BClient client = Client.With(handler);

        await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.GetAsync("sbx1", Token));

        Assert.Equal(3, handler.Requests.Count);
    }

    [Fact]
    public async Task A_request_that_does_no_harm_twice_is_repeated_after_a_broken_connection()
    {
        int calls = 0;
        var handler = new FakeHandler(_ => ++calls < 3 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Answers.Empty(204));
        using E2BClient client = Client.With(handler);

        await client.Sandboxes.SetTimeoutAsync("sbx1", TimeSpan.FromSeconds(9), Token);

        Assert.Equal(3, handler.Requests.Count);
        Assert.All(handler.Requests, r => Assert.Equal("""{"timeout":9}""", r.Text));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_create_that_the_server_may_have_acted_on_is_never_repeated(int status)
    {
        var handler = new FakeHandler(request => request.Method == HttpMethod.Get
            ? Answers.Json("[]")
            : status == 0
                ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
                : Answers.Error(status).With("Retry-After", "0"));
        using E2BClient client = Client.With(handler);

        var error = await Assert.ThrowsAnyAsync<E2BException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Single(handler.Requests, r => r.Method == HttpMethod.Post);
        Assert.Contains("No sandbox of this request was found", error.Message, StringComparison.Ordinal);
        Assert.Equal(status == 0 ? null : status, error.StatusCode);
    }

    [Fact]
    public async Task A_create_that_was_refused_as_one_too_many_is_repeated_when_the_service_says()
    {
        int calls = 0;
        var handler = new FakeHandler(_ => ++calls == 1
            ? Answers.Error(429).With("Retry-After", "3")
            : Answers.Json("""{"templateID":"t","sandboxID":"s","envdVersion":"0.6.13"}""", HttpStatusCode.Created));
        var clock = new InstantClock();
        using E2BClient client = Client.With(handler, o => o with { Clock = clock });

        Assert.Equal("s", (await client.Sandboxes.CreateAsync(cancellationToken: Token)).SandboxId);

        Assert.Equal(TimeSpan.FromSeconds(3), Assert.Single(clock.Waits));
        // Both times under the same mark.
        Assert.Single(handler.Requests.Select(r => r.Text).Distinct());
    }

    [Fact]
    public async Task Repeats_are_reported_to_whoever_observes_without_a_query()
    {
        int calls = 0;
        var handler = new FakeHandler(_ => ++calls switch
        {
            1 => Answers.Error(429).With("Retry-After", "7"),
            2 => throw new HttpRequestException(HttpRequestError.ResponseEnded),
            _ => Answers.Json("[]"),
        });
        using E2BClient client = Client.With(handler);
        var told = new List<RequestRepeat>();

        using (RequestRepeat.Observe(told.Add))
        {
            await foreach (SandboxInfo _ in client.Sandboxes.ListAsync(new SandboxListFilter { Template = "secret" }, Token))
            {
            }
        }

        calls = 0;
        await foreach (SandboxInfo _ in client.Sandboxes.ListAsync(cancellationToken: Token))
        {
        }

        Assert.Equal(2, told.Count);
        Assert.Equal("GET https://api.e2b.app/v2/sandboxes: HTTP 429, Retry-After 7; attempt 2 in 7.0 s.", told[0].ToString());
        Assert.Equal(("the connection broke", 3), (told[1].Reason, told[1].Attempt));
    }

    [Fact]
    public async Task A_create_that_never_left_is_repeated()
    {
        int calls = 0;
        var handler = new FakeHandler(_ => ++calls == 1
            ? throw new HttpRequestException(HttpRequestError.ConnectionError)
            : Answers.Json("""{"templateID":"t","sandboxID":"s","envdVersion":"0.6.13"}""", HttpStatusCode.Created));
        using E2BClient client = Client.With(handler);

        Assert.Equal("s", (await client.Sandboxes.CreateAsync(cancellationToken: Token)).SandboxId);
        Assert.Equal(2, handler.Requests.Count);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_start_is_never_repeated(int status)
    {
        var handler = new FakeHandler(_ => status == 0
            ? throw new HttpRequestException(HttpRequestError.ConnectionError)
            : Answers.Text(status, "busy").With("Retry-After", "0"));

        await Assert.ThrowsAsync<E2BUnreachableException>(() => Client.Sandbox(handler).Commands.StartAsync("true", cancellationToken: Token));

        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task Input_that_was_sent_is_never_repeated()
    {
        var handler = new FakeHandler(request => request.PathAndQuery == "/health"
            ? Answers.Empty(204)
            : throw new HttpRequestException(HttpRequestError.ResponseEnded));

        await Assert.ThrowsAsync<E2BUnreachableException>(() => Client.Sandbox(handler).Commands.SendInputAsync(7, "x"u8.ToArray(), Token));

        Assert.Single(handler.Requests, r => r.PathAndQuery != "/health");
    }

    [Fact]
    public async Task Looking_at_a_file_is_repeated()
    {
        int calls = 0;
        var handler = new FakeHandler(_ => ++calls == 1
            ? Answers.Text(503, "busy")
            : Answers.Text(404, System.Text.Encoding.UTF8.GetString(new ConnectError(ConnectCode.NotFound, "").ToJson())));

        Assert.False(await Client.Sandbox(handler).Files.ExistsAsync("/x", cancellationToken: Token));
        Assert.Equal(2, handler.Requests.Count);
    }

    [Fact]
    public async Task Waiting_for_a_repeat_can_be_cancelled()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var handler = new FakeHandler(_ =>
        {
            source.Cancel();
            return Answers.Error(429).With("Retry-After", "10");
        });
        using E2BClient client = Client.With(handler, o => o with { Clock = TimeProvider.System });

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Sandboxes.GetAsync("sbx1", source.Token));

        Assert.Equal(source.Token, error.CancellationToken);
        Assert.Single(handler.Requests);
    }
}
