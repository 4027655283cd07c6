using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Process;

namespace E2B.Core.Tests;

/// <summary>Programs without a shell, input, and what a handle tells while a command runs.</summary>
public class ProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_go_as_they_are()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7), Frames.Exit(), Frames.Done())));
        string[] arguments = ["commit", "-m", "it's $5 \"and\" \\ *", string.Empty, "ä\nb"];

        await Client.Sandbox(handler).Commands.RunAsync("git", arguments, cancellationToken: Token);

        ProcessConfig sent = Frames.Request<StartRequest>(handler.Only.Body).Process;
        Assert.Equal("git", sent.Cmd);
        Assert.Equal(arguments, sent.Args);
    }

    [Fact]
    public void A_program_that_cannot_be_is_refused()
    {
        Assert.Throws<E2BInvalidArgumentException>(() => new ProcessCommand(string.Empty));
        Assert.Throws<E2BInvalidArgumentException>(() => new ProcessCommand("a\0b"));
        Assert.Throws<E2BInvalidArgumentException>(() => new ProcessCommand("a", ["x\0"]));
        Assert.Throws<E2BInvalidArgumentException>(() => new ProcessCommand("a", [null!]));
        Assert.Equal("git log", new ProcessCommand("git", ["log"]).ToString());
    }

    [Fact]
    public async Task Without_stdin_there_is_nothing_to_write_to()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7))));
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);

        foreach (Func<Task> attempt in (Func<Task>[])[() => handle.SendInputAsync("x", Token), () => handle.CloseInputAsync(Token), () => handle.WriteInputAsync(Stream.Null, Token)])
        {
            var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(attempt);
            Assert.Contains("StandardInput = true", error.Message, StringComparison.Ordinal);
        }

        Assert.Single(handler.Requests);
    }

    [Fact]
    public async Task A_capture_in_the_background_shows_what_came_so_far_and_hands_over()
    {
        var body = new ScriptedStream(Frames.Start(7), Frames.StdOut("one\n"), Frames.StdErr("err\n"));
        FakeHandler handler = Routes.Of(("/Start", _ => Answers.Stream(body)));
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);

        handle.BeginCapture();
        handle.BeginCapture();
        while (handle.StandardError.Length == 0)
        {
            await Task.Yield();
        }

        Assert.Equal(("one\n", null, null), (handle.StandardOutput, handle.ExitCode, handle.Error));
        body.Send(Frames.StdOut("two\n"), Frames.Exit(1), Frames.Done());
        var read = new List<string>();
        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            read.Add(Encoding.UTF8.GetString(output.Data.Span));
        }

        // Which of the two got the last line is chance; that it came once is not.
        Assert.Equal("one\ntwo\n", handle.StandardOutput + string.Concat(read));
        Assert.Equal(1, handle.ExitCode);
    }

    [Fact]
    public async Task Why_a_command_cannot_be_followed_is_there_to_see()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Broken(Frames.Start(7))), ("/Connect", Routes.Unreachable()), ("/health", Routes.Unreachable()));
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", cancellationToken: Token);

        handle.BeginCapture();
        Exception error = await Assert.ThrowsAsync<E2BUnreachableException>(() => handle.WaitAsync(Token));

        Assert.Same(error, handle.Failure);
        Assert.Equal(error.Message, handle.Error);
    }

    [Fact]
    public async Task Large_input_is_one_stream_in_order()
    {
        byte[] input = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i % 251))];
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7))), ("/StreamInput", _ => InputTaken()));
        await using CommandHandle handle = await Client.Sandbox(handler).Commands
            .StartAsync("x", new CommandOptions { StandardInput = true }, Token);

        Assert.Equal(input.Length, await handle.WriteInputAsync(new MemoryStream(input), Token));

        List<StreamInputRequest> messages = Messages(handler.Requests.Last().Body);
        Assert.Equal(7u, messages[0].Start.Process.Pid);
        Assert.Equal(input, messages.Skip(1).SelectMany(m => m.Data.Input.Stdin));
        Assert.Equal("application/connect+proto", handler.Requests.Last().Headers["Content-Type"]);
    }

    [Fact]
    public async Task Input_for_a_process_attached_to_asks_first_what_it_takes()
    {
        FakeHandler handler = Routes.Of(
            ("/Connect", _ => Answers.Stream(new ScriptedStream(Frames.Start(7)))),
            ("/SendInput", _ => Answers.Text(500, """{"code":"internal","message":"error writing to stdin: tty assigned to process — input"}""", "application/json")),
            ("/StreamInput", _ => InputTaken()));
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.ConnectAsync(7, cancellationToken: Token);

        await handle.WriteInputAsync(new MemoryStream("abc"u8.ToArray()), Token);

        Assert.Equal("abc", Messages(handler.Requests.Last().Body)[1].Data.Input.Pty.ToStringUtf8());
        Assert.True(handle.IsPty);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Input_that_does_not_move_is_looked_into(bool isRunning)
    {
        int looks = 0;
        var moving = new TaskCompletionSource();
        var handler = new FakeHandler(async (request, token) =>
        {
            switch (request.PathAndQuery)
            {
                case "/process.Process/Start":
                    return Answers.Stream(new ScriptedStream(Frames.Start(7)));
                case "/process.Process/List":
                    if (Interlocked.Increment(ref looks) == 3)
                    {
                        moving.SetResult();
                    }

                    return Answers.Proto(isRunning ? new ListResponse { Processes = { new ProcessInfo { Pid = 7 } } } : new ListResponse());
                default:
                    await moving.Task.WaitAsync(token);
                    return InputTaken();
            }
        });
        Sandbox sandbox = Client.Sandbox(handler, change: o => o with
        {
            Timing = Client.Timing with { Keepalive = TimeSpan.FromMilliseconds(5), SilenceGrace = TimeSpan.FromMilliseconds(5) },
        });
        await using CommandHandle handle = await sandbox.Commands.StartAsync("x", new CommandOptions { StandardInput = true }, Token);

        Task<long> writing = handle.WriteInputAsync(new MemoryStream(new byte[10]), Token);

        if (isRunning)
        {
            Assert.Equal(10, await writing);
        }
        else
        {
            await Assert.ThrowsAsync<SandboxProcessNotFoundException>(() => writing);
        }
    }

    [Fact]
    public async Task A_write_that_is_given_up_says_by_whom()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var handler = new FakeHandler(async (request, token) =>
        {
            if (request.PathAndQuery == "/process.Process/Start")
            {
                return Answers.Stream(new ScriptedStream(Frames.Start(7)));
            }

            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("unreachable");
        });
        await using CommandHandle handle = await Client.Sandbox(handler).Commands.StartAsync("x", new CommandOptions { StandardInput = true }, Token);

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => handle.WriteInputAsync(new MemoryStream(new byte[10]), source.Token));

        Assert.Equal(source.Token, error.CancellationToken);
    }

    private static HttpResponseMessage InputTaken()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        Protocol.Connect.Envelope.Write(buffer, Protocol.Connect.MessageCodec.Binary, new StreamInputResponse());
        return Answers.Stream(ScriptedStream.Of(buffer.WrittenSpan.ToArray(), Frames.Done()));
    }

    private static List<StreamInputRequest> Messages(byte[] body)
    {
        var rest = new System.Buffers.ReadOnlySequence<byte>(body);
        var messages = new List<StreamInputRequest>();
        while (Protocol.Connect.Envelope.TryRead(ref rest, Protocol.Connect.Envelope.DefaultMaxPayload, out Protocol.Connect.Envelope frame))
        {
            messages.Add(Protocol.Connect.MessageCodec.Binary.Parse<StreamInputRequest>(frame.Payload));
        }

        Assert.True(rest.IsEmpty);
        return messages;
    }
}
