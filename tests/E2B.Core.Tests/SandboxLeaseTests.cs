using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class SandboxLeaseTests
{
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_extends_at_once_and_whenever_half_of_the_lifetime_is_over()
    {
        (FakeHandler handler, Task asked) = Answering(3, _ => Answers.Empty(204));
        var clock = new InstantClock();
        using SandboxLease lease = Client.Sandbox(handler, change: o => o with { Clock = clock }).KeepAlive(_lifetime);

        await asked.WaitAsync(Token);

        Assert.All(handler.Requests, request =>
        {
            Assert.Equal("/sandboxes/sbx1/refreshes", request.PathAndQuery);
            Assert.Equal("""{"duration":300}""", request.Text);
        });
        Assert.Equal([_lifetime / 2, _lifetime / 2, _lifetime / 2], clock.Waits.Take(3));
        Assert.Null(lease.Problem);
    }

    [Fact]
    public async Task A_new_sandbox_is_left_alone_for_half_of_its_lifetime()
    {
        (FakeHandler handler, Task asked) = Answering(2, request => request.PathAndQuery == "/sandboxes"
            ? Answers.Json("""{"templateID":"t","sandboxID":"sbx1","clientID":"c","envdVersion":"0.6.13"}""")
            : Answers.Empty(204));
        var clock = new InstantClock();
        using E2BClient client = Client.With(handler, o => o with { Clock = clock });
        Sandbox made = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = _lifetime }, Token);
        using SandboxLease lease = made.KeepAlive(_lifetime);

        await asked.WaitAsync(Token);

        Assert.InRange(clock.Waits[0], TimeSpan.FromSeconds(140), _lifetime / 2);
    }

    [Fact]
    public async Task What_the_service_says_of_the_end_is_not_relied_on_since_clocks_differ()
    {
        (FakeHandler handler, Task asked) = Answering(1, _ => Answers.Empty(204));
        var clock = new HeldClock();
        using E2BClient client = Client.With(handler, o => o with { Clock = clock });
        using SandboxLease lease = client.Sandboxes.Attach(Info(TimeSpan.FromHours(1))).KeepAlive(_lifetime);

        // The first request comes without a wait: no timer of this clock ever fires.
        while (clock.Timers == 0)
        {
            await Task.Delay(5, Token);
        }

        Assert.Equal("/sandboxes/sbx1/refreshes", handler.Only.PathAndQuery);
        Assert.False(asked.IsCompleted);
    }

    [Fact]
    public async Task The_object_knows_that_its_life_was_extended()
    {
        (FakeHandler handler, Task asked) = Answering(1, _ => Answers.Empty(204));
        using E2BClient client = Client.With(handler);
        Sandbox sandbox = client.Sandboxes.Attach(Info(TimeSpan.FromSeconds(10)));
        using SandboxLease lease = sandbox.KeepAlive(_lifetime);

        await asked.WaitAsync(Token);

        Assert.InRange(sandbox.TimeLeft!.Value, TimeSpan.FromMinutes(4), _lifetime);
    }

    [Fact]
    public async Task No_request_asks_for_more_than_the_service_gives()
    {
        (FakeHandler handler, Task asked) = Answering(2, _ => Answers.Empty(204));
        var clock = new InstantClock();
        using SandboxLease lease = Client.Sandbox(handler, change: o => o with { Clock = clock }).KeepAlive(TimeSpan.FromHours(5));

        await asked.WaitAsync(Token);

        Assert.All(handler.Requests, request => Assert.Equal("""{"duration":3600}""", request.Text));
        Assert.Equal(TimeSpan.FromMinutes(30), clock.Waits[0]);
    }

    [Fact]
    public async Task It_ends_when_it_is_given_up_and_asks_no_more()
    {
        (FakeHandler handler, Task asked) = Answering(1, _ => Answers.Empty(204));
        SandboxLease lease = Client.Sandbox(handler).KeepAlive(_lifetime);
        await asked.WaitAsync(Token);

        lease.Dispose();

        Assert.Equal(SandboxLeaseEnd.Released, await lease.Ended.WaitAsync(Token));
        Assert.Equal(2, handler.Requests.Count);
    }

    [Fact]
    public async Task It_survives_faults_waiting_longer_each_time_and_forgets_them_afterwards()
    {
        int calls = 0;
        (FakeHandler handler, Task asked) = Answering(5, _ => ++calls is 1 or 2 or 3 ? Answers.Error(500) : Answers.Empty(204));
        var clock = new InstantClock();
        using SandboxLease lease = Client.Sandbox(handler, change: o => o with { Clock = clock }).KeepAlive(_lifetime);

        await asked.WaitAsync(Token);

        Assert.Equal(
            [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), _lifetime / 2, _lifetime / 2], clock.Waits.Take(5));
        Assert.Null(lease.Problem);
    }

    [Theory]
    [InlineData(404, "", SandboxLeaseEnd.Gone)]
    [InlineData(200, "paused", SandboxLeaseEnd.Paused)]
    public async Task It_ends_with_the_sandbox(int status, string state, SandboxLeaseEnd expected)
    {
        FakeHandler handler = Routes.Of(
            ("/refreshes", _ => Answers.Error(404)),
            ("/sandboxes/sbx1", _ => status == 200 ? Answers.Json(Detail(state)) : Answers.Error(status)));

        using SandboxLease lease = Client.Sandbox(handler).KeepAlive(_lifetime);

        Assert.Equal(expected, await lease.Ended.WaitAsync(Token));
        Assert.DoesNotContain(handler.Requests, request => request.PathAndQuery.EndsWith("/connect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_goes_on_when_the_sandbox_runs_after_all()
    {
        int calls = 0;
        (FakeHandler handler, Task asked) = Answering(4, request =>
            request.PathAndQuery == "/sandboxes/sbx1" ? Answers.Json(Detail("running")) : ++calls == 1 ? Answers.Error(404) : Answers.Empty(204));
        using SandboxLease lease = Client.Sandbox(handler).KeepAlive(_lifetime);

        await asked.WaitAsync(Token);

        Assert.False(lease.Ended.IsCompleted);
        Assert.Null(lease.Problem);
    }

    [Fact]
    public async Task It_ends_when_the_key_does_not_count_any_more()
    {
        using SandboxLease lease = Client.Sandbox(new FakeHandler(_ => Answers.Error(401))).KeepAlive(_lifetime);

        Assert.Equal(SandboxLeaseEnd.Refused, await lease.Ended.WaitAsync(Token));
        Assert.IsType<E2BAuthenticationException>(lease.Problem);
    }

    [Fact]
    public async Task It_ends_when_the_service_stays_away_for_longer_than_the_sandbox_is_sure_to_live()
    {
        using E2BClient client = Client.With(new FakeHandler(Routes.Unreachable()));
        using SandboxLease lease = client.Sandboxes.Attach(Info(TimeSpan.FromSeconds(1))).KeepAlive(_lifetime);

        Assert.Equal(SandboxLeaseEnd.Unreachable, await lease.Ended.WaitAsync(Token));
        Assert.IsType<E2BUnreachableException>(lease.Problem);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3601)]
    public async Task A_lifetime_is_extended_within_the_bounds_of_the_service(int seconds)
    {
        var handler = new FakeHandler(_ => Answers.Empty(204));
        using E2BClient client = Client.With(handler);

        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => client.Sandboxes.ExtendAsync("sbx1", TimeSpan.FromSeconds(seconds), Token));

        Assert.Empty(handler.Requests);
    }

    [Fact]
    public void A_lease_of_nothing_is_refused() =>
        Assert.Throws<E2BInvalidArgumentException>(() => Client.Sandbox(new FakeHandler(_ => Answers.Empty(204))).KeepAlive(TimeSpan.Zero));

    /// <summary>A service that answers so often, and then is silent; by then it has been asked once more.</summary>
    private static (FakeHandler Handler, Task Asked) Answering(int times, Func<SentRequest, HttpResponseMessage> answer)
    {
        int calls = 0;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new FakeHandler(async (request, token) =>
        {
            if (Interlocked.Increment(ref calls) > times)
            {
                asked.TrySetResult();
                await Task.Delay(Timeout.Infinite, token);
            }

            return answer(request);
        });
        return (handler, asked.Task);
    }

    /// <summary>A fake: a clock by which no wait ever ends.</summary>
    private sealed class HeldClock : TimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private static SandboxInfo Info(TimeSpan left) => new()
    {
        SandboxId = "sbx1",
        TemplateId = "base",
        State = SandboxState.Running,
        EndAt = DateTimeOffset.UtcNow + left,
        EnvdVersion = "0.6.13",
    };

    private static string Detail(string state) =>
        $$"""{"sandboxID":"sbx1","templateID":"t","clientID":"c","startedAt":"2026-01-01T00:00:00Z","endAt":"2026-01-01T00:05:00Z","cpuCount":1,"memoryMB":1,"diskSizeMB":1,"state":"{{state}}","envdVersion":"0.6.13"}""";
}
