using E2B.Core.Tests.Fakes;
using E2B.Protocol.Process;

namespace E2B.Core.Tests;

public class TimeAndCancellationTests
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(40);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Calls => ["get", "create", "list", "start", "stat", "read", "write"];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_call_has_a_request_timeout_that_names_itself(string call)
    {
        Sandbox sandbox = Client.Sandbox(FakeHandler.Silent(), change: o => o with { RequestTimeout = _short });

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => RunAsync(sandbox, call, Token));

        Assert.Equal((E2BTimeoutKind.Request, _short), (error.Kind, error.Limit));
        Assert.Contains("request timeout of 0.04 s", error.Message, StringComparison.Ordinal);
        Assert.IsType<OperationCanceledException>(error.InnerException, exactMatch: false);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_call_can_be_cancelled_and_says_by_whom(string call)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asked = new TaskCompletionSource();
        var handler = new FakeHandler(async (_, token) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        });
        Task running = RunAsync(Client.Sandbox(handler), call, source.Token);
        await asked.Task;
        await source.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public async Task A_calls_own_limit_wins_over_the_connections()
    {
        Sandbox sandbox = Client.Sandbox(FakeHandler.Silent());

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => sandbox.Commands.StartAsync("x", new CommandOptions { RequestTimeout = _short }, Token));

        Assert.Equal(_short, error.Limit);
    }

    [Fact]
    public async Task The_request_timeout_covers_the_start_and_not_the_output()
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(300);
        var body = new ScriptedStream();
        var handler = new FakeHandler(_ => Answers.Stream(body));
        var options = new CommandOptions { RequestTimeout = limit };
        Sandbox sandbox = Client.Sandbox(handler);

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(() => sandbox.Commands.StartAsync("x", options, Token));
        Assert.Equal(E2BTimeoutKind.Request, error.Kind);
        Assert.True(body.IsDisposed);

        body = new ScriptedStream(Frames.Start(7));
        await using CommandHandle handle = await sandbox.Commands.StartAsync("x", options, Token);
        Task<CommandResult> waiting = handle.WaitAsync(Token);
        await Task.WhenAny(waiting, Task.Delay(2 * limit, Token));
        Assert.False(waiting.IsCompleted);
        body.Send(Frames.Exit(), Frames.Done()).Close();
        Assert.True((await waiting).Succeeded);
    }

    [Fact]
    public async Task A_daemon_that_forgets_the_commands_limit_does_not_hold_the_caller()
    {
        var body = new ScriptedStream(Frames.Start(7));
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Stream(body)));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => sandbox.Commands.RunAsync("x", new CommandOptions { Timeout = _short }, Token));

        Assert.Equal((E2BTimeoutKind.Command, _short), (error.Kind, error.Limit));
    }

    [Fact]
    public async Task Cancelling_a_run_kills_the_command()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var handler = new FakeHandler(request =>
        {
            if (request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal))
            {
                var body = new ScriptedStream(Frames.Start(7));
                source.CancelAfter(_short);
                return Answers.Stream(body);
            }

            return Answers.Proto(new SendSignalResponse());
        });

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: source.Token));

        Assert.Equal(source.Token, error.CancellationToken);
        AssertKilled(handler, 7);
    }

    [Fact]
    public async Task Cancelling_a_run_whose_process_id_is_not_known_yet_kills_it_all_the_same()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var body = new ScriptedStream();
        var handler = new FakeHandler(request =>
        {
            if (request.PathAndQuery.EndsWith("/Start", StringComparison.Ordinal))
            {
                source.Token.Register(() => body.Send(Frames.Start(8)));
                source.CancelAfter(_short);
                return Answers.Stream(body);
            }

            return Answers.Proto(new SendSignalResponse());
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: source.Token));

        AssertKilled(handler, 8);
    }

    [Fact]
    public async Task Cancelling_a_run_does_not_wait_long_for_a_daemon_that_is_silent()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        source.CancelAfter(_short);

        long before = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client.Sandbox(FakeHandler.Silent()).Commands.RunAsync("x", cancellationToken: source.Token));

        Assert.True(TimeProvider.System.GetElapsedTime(before) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_beforehand_sends_nothing()
    {
        FakeHandler handler = FakeHandler.Silent();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Client.Sandbox(handler).Commands.RunAsync("x", cancellationToken: new CancellationToken(canceled: true)));

        Assert.Empty(handler.Requests);
    }

    [Fact]
    public async Task Giving_up_a_wait_loses_nothing()
    {
        var body = new ScriptedStream(Frames.Start(7), Frames.StdOut("a"));
        await using CommandHandle handle = await Client.Sandbox(new FakeHandler(_ => Answers.Stream(body))).Commands.StartAsync("x", cancellationToken: Token);
        for (int i = 0; i < 3; i++)
        {
            using var source = new CancellationTokenSource();
            Task<CommandResult> waiting = handle.WaitAsync(source.Token);
            await source.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            Assert.Equal(source.Token, error.CancellationToken);
            body.Send(Frames.StdOut($"{i}"));
        }

        body.Send(Frames.Exit(), Frames.Done()).Close();

        Assert.Equal("a012", (await handle.WaitAsync(Token)).StandardOutput);
    }

    [Fact]
    public async Task Letting_go_of_a_command_does_not_kill_it_and_ends_a_wait()
    {
        var body = new ScriptedStream(Frames.Start(7));
        var handler = new FakeHandler(_ => Answers.Stream(body));
        CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);
        Task<CommandResult> waiting = handle.WaitAsync(Token);

        await handle.DisposeAsync();
        await handle.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => handle.WaitAsync(Token));
        Assert.Single(handler.Requests);
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task Zero_means_no_limit()
    {
        var asked = new TaskCompletionSource<CancellationToken>();
        var handler = new FakeHandler(async (_, token) =>
        {
            asked.SetResult(token);
            await Task.Delay(3 * _short, Token);
            token.ThrowIfCancellationRequested();
            return Answers.Empty(204);
        });
        using E2BClient client = Client.With(handler, o => o with { RequestTimeout = TimeSpan.Zero });

        Assert.True(await client.Sandboxes.KillAsync("sbx1", CancellationToken.None));
    }

    private static async Task RunAsync(Sandbox sandbox, string call, CancellationToken token)
    {
        switch (call)
        {
            case "get":
                await sandbox.GetInfoAsync(token);
                break;
            case "create":
                await sandbox.Client.Sandboxes.CreateAsync(cancellationToken: token);
                break;
            case "list":
                await foreach (SandboxInfo _ in sandbox.Client.Sandboxes.ListAsync(cancellationToken: token))
                {
                }

                break;
            case "start":
                await sandbox.Commands.StartAsync("x", cancellationToken: token);
                break;
            case "stat":
                await sandbox.Files.GetInfoAsync("/x", cancellationToken: token);
                break;
            case "read":
                await sandbox.Files.ReadTextAsync("/x", cancellationToken: token);
                break;
            case "write":
                await sandbox.Files.WriteTextAsync("/x", "content", cancellationToken: token);
                break;
        }
    }

    private static void AssertKilled(FakeHandler handler, uint pid)
    {
        SentRequest kill = Assert.Single(handler.Requests, r => r.PathAndQuery == "/process.Process/SendSignal");
        var request = SendSignalRequest.Parser.ParseFrom(kill.Body);
        Assert.Equal((pid, Signal.Sigkill), (request.Process.Pid, request.Signal));
    }
}
