using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.Core.Tests;

public class CommandTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_sends_what_the_daemon_expects()
    {
        var handler = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Frames.Start(42), Frames.Exit(), Frames.Done())));
        var options = new CommandOptions
        {
            User = "root",
            WorkingDirectory = "/tmp",
            Environment = new Dictionary<string, string> { ["A"] = "ä" },
            Timeout = TimeSpan.FromSeconds(1.5),
            StandardInput = true,
            Tag = "t1",
        };

        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("echo hi", options, Token);

        Assert.Equal((42, "sbx1"), (handle.ProcessId, handle.SandboxId));
        SentRequest sent = handler.Only;
        Assert.Equal("POST https://sandbox.e2b.app/process.Process/Start", $"{sent.Method} {sent.Uri}");
        AssertHeaders(sent, new()
        {
            ["Content-Type"] = "application/connect+proto",
            ["Connect-Protocol-Version"] = "1",
            ["Connect-Timeout-Ms"] = "3500",
            ["Keepalive-Ping-Interval"] = "10",
            ["E2b-Sandbox-Id"] = "sbx1",
            ["E2b-Sandbox-Port"] = "49983",
            ["X-Access-Token"] = Client.AccessToken,
            ["Authorization"] = "Basic " + Convert.ToBase64String("root:"u8),
        });
        StartRequest request = Frames.Request<StartRequest>(sent.Body);
        Assert.Equal("/bin/bash", request.Process.Cmd);
        Assert.Equal(["-l", "-c", "echo hi"], request.Process.Args);
        Assert.Equal(("/tmp", "ä", "t1", true), (request.Process.Cwd, request.Process.Envs["A"], request.Tag, request.Stdin));
    }

    [Fact]
    public async Task Start_without_options_names_no_user_has_no_stdin_and_60_seconds()
    {
        var handler = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Frames.Start(1))));

        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("true", cancellationToken: Token);

        Assert.DoesNotContain("Authorization", handler.Only.Headers.Keys);
        Assert.Equal("62000", handler.Only.Headers["Connect-Timeout-Ms"]);
        StartRequest request = Frames.Request<StartRequest>(handler.Only.Body);
        Assert.Equal((true, false, false, false), (request.HasStdin, request.Stdin, request.HasTag, request.Process.HasCwd));
    }

    [Theory]
    [InlineData("0.2.9", false, true)]
    [InlineData("0.3.0", true, true)]
    [InlineData("0.4.0", true, false)]
    [InlineData("v0.10.0-rc1", true, false)]
    [InlineData("", true, false)]
    [InlineData("unheard-of", true, false)]
    public async Task The_daemons_version_decides_about_stdin_and_the_user(string version, bool saysStdin, bool saysUser)
    {
        var handler = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Frames.Start(1))));

        await using CommandHandle handle = await Client.Sandbox(handler, version).Commands.StartAsync("true", cancellationToken: Token);

        Assert.Equal(saysStdin, Frames.Request<StartRequest>(handler.Only.Body).HasStdin);
        Assert.Equal(saysUser ? "Basic dXNlcjo=" : null, handler.Only.Headers.GetValueOrDefault("Authorization"));
    }

    [Fact]
    public async Task A_timeout_of_zero_tells_the_daemon_of_none()
    {
        var handler = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Frames.Start(1))));

        await using CommandHandle handle = await Client.Sandbox(handler).Commands
            .StartAsync("true", new CommandOptions { Timeout = TimeSpan.Zero }, Token);

        Assert.DoesNotContain("Connect-Timeout-Ms", handler.Only.Headers.Keys);
    }

    [Fact]
    public async Task A_failed_command_is_a_result_and_no_exception_until_asked()
    {
        Sandbox sandbox = Client.Running(Frames.Start(7), Frames.StdOut("out\n"), Frames.StdErr("bad\n"), Frames.Exit(3), Frames.Done());

        CommandResult result = await sandbox.Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal((7, 3, "out\n", "bad\n", "sbx1", false), (result.Pid, result.ExitCode, result.StandardOutput, result.StandardError, result.SandboxId, result.OutputTruncated));
        Assert.Null(result.Signal);
        Assert.True(result.Duration > TimeSpan.Zero);
        var error = Assert.Throws<CommandExitException>(result.EnsureSuccess);
        Assert.Same(result, error.Result);
        Assert.Contains("exit code 3", error.Message, StringComparison.Ordinal);
        Assert.Contains("bad", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_ended_by_a_signal_says_which()
    {
        CommandResult result = await Client.Running(Frames.Start(7), Frames.Killed(), Frames.Done()).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal((-1, "killed", "signal: killed", false), (result.ExitCode, result.Signal, result.Error, result.Succeeded));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(100_000)]
    public async Task The_result_is_the_same_wherever_the_network_cuts(int size)
    {
        byte[] text = Encoding.UTF8.GetBytes("grüße 😀\r\nzwei");
        byte[] wire = Frames.Join(
            Frames.Start(7), Frames.StdOut(text[..4]), Frames.Keepalive(), Frames.StdOut(text[4..9]), Frames.StdOut(text[9..]), Frames.StdOut(""), Frames.Exit(), Frames.Done());

        CommandResult result = await Client.Running([.. wire.Chunk(size)]).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal("grüße 😀\r\nzwei", result.StandardOutput);
        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Output_is_handed_on_as_it_arrives()
    {
        var body = new ScriptedStream(Frames.Start(7));
        await using CommandHandle handle = await Client.Sandbox(new FakeHandler(_ => Answers.Stream(body))).Commands.StartAsync("x", cancellationToken: Token);
        IAsyncEnumerator<CommandOutput> output = handle.ReadOutputAsync(Token).GetAsyncEnumerator(Token);

        ValueTask<bool> first = output.MoveNextAsync();
        Assert.False(first.IsCompleted);
        body.Send(Frames.StdOut("a"));
        Assert.True(await first);
        Assert.Equal((CommandStream.StdOut, "a"), Shown(output.Current));
        body.Send(Frames.StdErr("b"), Frames.Exit(5), Frames.Done()).Close();
        Assert.True(await output.MoveNextAsync());
        Assert.Equal((CommandStream.StdErr, "b"), Shown(output.Current));
        Assert.Null(handle.Result);
        Assert.False(await output.MoveNextAsync());

        Assert.Equal(5, handle.Result!.ExitCode);
        Assert.Equal(string.Empty, handle.Result.StandardOutput);
        Assert.Same(handle.Result, await handle.WaitAsync(Token));
    }

    [Fact]
    public async Task Nothing_is_fetched_while_nobody_reads()
    {
        var body = new ScriptedStream(Frames.Start(7));
        for (int i = 0; i < 1000; i++)
        {
            body.Send(Frames.StdOut(new byte[32 * 1024]));
        }

        await using CommandHandle handle = await Client.Sandbox(new FakeHandler(_ => Answers.Stream(body))).Commands.StartAsync("x", cancellationToken: Token);
        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            Assert.Equal(32 * 1024, output.Data.Length);
            break;
        }

        Assert.InRange(body.Reads, 1, 20);
    }

    [Fact]
    public async Task What_was_read_is_not_captured_and_the_rest_is()
    {
        Sandbox sandbox = Client.Running(Frames.Start(7), Frames.StdOut("read"), Frames.StdOut("captured"), Frames.Exit(), Frames.Done());
        await using CommandHandle handle = await sandbox.Commands.StartAsync("x", cancellationToken: Token);

        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            Assert.Equal("read", Shown(output).Text);
            break;
        }

        Assert.Equal("captured", (await handle.WaitAsync(Token)).StandardOutput);
    }

    [Fact]
    public async Task A_second_reader_is_refused_and_a_second_waiter_gets_the_same_result()
    {
        var body = new ScriptedStream(Frames.Start(7));
        await using CommandHandle handle = await Client.Sandbox(new FakeHandler(_ => Answers.Stream(body))).Commands.StartAsync("x", cancellationToken: Token);
        Task<CommandResult> first = handle.WaitAsync(Token);
        Task<CommandResult> second = handle.WaitAsync(Token);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (CommandOutput _ in handle.ReadOutputAsync(Token))
            {
            }
        });
        body.Send(Frames.StdOut("x"), Frames.Exit(), Frames.Done()).Close();

        Assert.Same(await first, await second);
        Assert.Equal("x", (await first).StandardOutput);
    }

    [Theory]
    [InlineData(0, "", true)]
    [InlineData(5, "01234", true)]
    [InlineData(20, "01234567890123456789", false)]
    [InlineData(21, "01234567890123456789", false)]
    public async Task Capture_stops_at_its_limit_and_says_so(int limit, string expected, bool truncated)
    {
        Sandbox sandbox = Client.Running(Frames.Start(7), Frames.StdOut("0123456"), Frames.StdOut("789012"), Frames.StdOut("3456789"), Frames.Exit(), Frames.Done());

        CommandResult result = await sandbox.Commands.RunAsync("x", new CommandOptions { MaxCapturedBytes = limit }, Token);

        Assert.Equal((expected, truncated), (result.StandardOutput, result.OutputTruncated));
    }

    [Fact]
    public async Task Large_output_is_captured_whole()
    {
        string expected = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"{i} ä😀\n"));
        byte[][] pieces = [Frames.Start(7), .. Encoding.UTF8.GetBytes(expected).Chunk(32_767).Select(Frames.StdOut), Frames.Exit(), Frames.Done()];

        CommandResult result = await Client.Running(pieces).Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal(expected, result.StandardOutput);
    }

    [Fact]
    public async Task The_connection_is_given_back_once_the_command_has_ended()
    {
        var body = new ScriptedStream(Frames.Start(7), Frames.Exit(), Frames.Done()).Close();
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Answers.Stream(body)));

        CommandHandle handle = await sandbox.Commands.StartAsync("x", cancellationToken: Token);
        await handle.WaitAsync(Token);

        // Three pieces, and the end that only a read past the last of them sees.
        Assert.Equal(4, body.Reads);
        Assert.False(body.IsDisposed);
        await handle.DisposeAsync();
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task The_daemons_deadline_is_the_commands_timeout()
    {
        Sandbox sandbox = Client.Running(Frames.Start(7), Frames.StdOut("x"), Frames.Error(ConnectCode.DeadlineExceeded, "context deadline exceeded"));

        var error = await Assert.ThrowsAsync<E2BTimeoutException>(
            () => sandbox.Commands.RunAsync("x", new CommandOptions { Timeout = TimeSpan.FromSeconds(5) }, Token));

        Assert.Equal((E2BTimeoutKind.Command, TimeSpan.FromSeconds(5)), (error.Kind, error.Limit));
        Assert.Contains("5 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("was killed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_before_the_process_id_is_an_error()
    {
        await Assert.ThrowsAsync<E2BProtocolException>(
            () => Client.Running(Frames.StdOut("x"), Frames.Done()).Commands.StartAsync("x", cancellationToken: Token));
    }

    [Fact]
    public async Task List_tells_what_runs()
    {
        var handler = new FakeHandler(_ => Answers.Proto(new ListResponse
        {
            Processes =
            {
                new ProcessInfo { Pid = 9, Tag = "web", Config = new ProcessConfig { Cmd = "/bin/bash", Args = { "-l", "-c", "serve" }, Cwd = "/srv", Envs = { ["A"] = "b" } } },
                new ProcessInfo { Pid = 10 },
            },
        }));

        IReadOnlyList<ProcessDetails> processes = await Client.Sandbox(handler).Commands.ListAsync(Token);

        Assert.Equal("application/proto", handler.Only.Headers["Content-Type"]);
        Assert.Equal((9, "web", "/bin/bash", "serve", "/srv", "b", "sbx1"),
            (processes[0].Pid, processes[0].Tag, processes[0].Command, processes[0].Arguments[^1], processes[0].WorkingDirectory, processes[0].Environment["A"], processes[0].SandboxId));
        Assert.Equal((10, null, ""), (processes[1].Pid, processes[1].Tag, processes[1].Command));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill_says_whether_it_ran(bool there)
    {
        var handler = new FakeHandler(_ => there
            ? Answers.Proto(new SendSignalResponse())
            : Answers.Text(404, Encoding.UTF8.GetString(new ConnectError(ConnectCode.NotFound, "process with pid 9 not found").ToJson())));

        Assert.Equal(there, await Client.Sandbox(handler).Commands.KillAsync(9, Token));

        var request = SendSignalRequest.Parser.ParseFrom(handler.Only.Body);
        Assert.Equal((9u, Signal.Sigkill), (request.Process.Pid, request.Signal));
    }

    [Fact]
    public async Task Input_goes_in_pieces_in_order()
    {
        byte[] input = [.. Enumerable.Range(0, 150_000).Select(i => (byte)(i % 251))];
        var handler = new FakeHandler(_ => Answers.Proto(new SendInputResponse()));

        await Client.Sandbox(handler).Commands.SendInputAsync(9, input, Token);

        Assert.Equal(3, handler.Requests.Count);
        Assert.Equal(input, handler.Requests.SelectMany(r => SendInputRequest.Parser.ParseFrom(r.Body).Input.Stdin));
    }

    [Fact]
    public async Task Closing_stdin_needs_a_daemon_that_can()
    {
        var handler = new FakeHandler(_ => Answers.Proto(new CloseStdinResponse()));

        await Client.Sandbox(handler, "0.5.2").Commands.CloseInputAsync(9, Token);
        await Assert.ThrowsAsync<E2BTemplateException>(() => Client.Sandbox(handler, "0.5.1").Commands.CloseInputAsync(9, Token));

        Assert.Equal("/process.Process/CloseStdin", handler.Only.PathAndQuery);
    }

    [Fact]
    public async Task Attaching_works_by_id_and_by_tag()
    {
        var handler = new FakeHandler(_ => Answers.Stream(ScriptedStream.Of(Frames.Start(9), Frames.StdOut("x"), Frames.Exit(), Frames.Done())));
        Sandbox sandbox = Client.Sandbox(handler);

        await using CommandHandle byId = await sandbox.Commands.ConnectAsync(9, cancellationToken: Token);
        await using CommandHandle byTag = await sandbox.Commands.ConnectAsync("web", cancellationToken: Token);

        Assert.Equal("x", (await byTag.WaitAsync(Token)).StandardOutput);
        Assert.Equal(9, byId.ProcessId);
        Assert.All(handler.Requests, r => Assert.Equal("/process.Process/Connect", r.PathAndQuery));
        Assert.Equal(["9", "web"], handler.Requests.Select(r => Frames.Request<ConnectRequest>(r.Body).Process)
            .Select(p => p.SelectorCase == ProcessSelector.SelectorOneofCase.Pid ? $"{p.Pid}" : p.Tag));
    }

    [Fact]
    public async Task Attaching_to_nothing_says_so()
    {
        Sandbox sandbox = Client.Running(Frames.Error(ConnectCode.NotFound, "process with pid 9 not found"));

        var error = await Assert.ThrowsAsync<SandboxProcessNotFoundException>(() => sandbox.Commands.ConnectAsync(9, cancellationToken: Token));

        Assert.Contains("process 9", error.Message, StringComparison.Ordinal);
    }

    private static (CommandStream Stream, string Text) Shown(CommandOutput output) => (output.Stream, Encoding.UTF8.GetString(output.Data.Span));

    private static void AssertHeaders(SentRequest sent, Dictionary<string, string> expected) =>
        Assert.All(expected, pair => Assert.Equal(pair.Value, sent.Headers.GetValueOrDefault(pair.Key)));
}
