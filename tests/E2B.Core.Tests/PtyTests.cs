using System.Text;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.Core.Tests;

public class PtyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_terminal_starts_as_the_official_one_does()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7))));

        await using CommandHandle handle = await Client.Sandbox(handler).Pty.CreateAsync(cancellationToken: Token);

        StartRequest request = Frames.Request<StartRequest>(handler.Only.Body);
        Assert.Equal(("/bin/bash", "-i -l"), (request.Process.Cmd, string.Join(' ', request.Process.Args)));
        Assert.Equal(("xterm-256color", "C.UTF-8", "C.UTF-8"), (request.Process.Envs["TERM"], request.Process.Envs["LANG"], request.Process.Envs["LC_ALL"]));
        Assert.Equal((80u, 24u, false, false), (request.Pty.Size.Cols, request.Pty.Size.Rows, request.HasStdin, request.HasTag));
        Assert.Equal("62000", handler.Only.Headers["Connect-Timeout-Ms"]);
        Assert.True(handle.IsPty);
    }

    [Fact]
    public async Task A_terminals_options_count()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7))));
        var options = new PtyOptions
        {
            Columns = 132,
            Rows = 50,
            User = "root",
            WorkingDirectory = "/srv",
            Environment = new Dictionary<string, string> { ["TERM"] = "dumb", ["A"] = "b" },
            Timeout = TimeSpan.Zero,
            Tag = "shell",
            Command = new ProcessCommand("htop", ["-d", "5"]),
        };

        await using CommandHandle handle = await Client.Sandbox(handler).Pty.CreateAsync(options, Token);

        StartRequest request = Frames.Request<StartRequest>(handler.Only.Body);
        Assert.Equal(("htop", "-d 5", "/srv", "shell"), (request.Process.Cmd, string.Join(' ', request.Process.Args), request.Process.Cwd, request.Tag));
        Assert.Equal(("dumb", "b", "C.UTF-8"), (request.Process.Envs["TERM"], request.Process.Envs["A"], request.Process.Envs["LANG"]));
        Assert.Equal((132u, 50u), (request.Pty.Size.Cols, request.Pty.Size.Rows));
        Assert.Equal("Basic cm9vdDo=", handler.Only.Headers["Authorization"]);
        Assert.DoesNotContain("Connect-Timeout-Ms", handler.Only.Headers.Keys);
    }

    [Fact]
    public async Task Its_output_comes_as_such_and_is_captured_as_stdout()
    {
        byte[] screen = Frames.Event(new ProcessEvent { Data = new ProcessEvent.Types.DataEvent { Pty = Google.Protobuf.ByteString.CopyFromUtf8("$ ") } });
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7), screen, screen, Frames.Exit(), Frames.Done())));
        await using CommandHandle handle = await Client.Sandbox(handler).Pty.CreateAsync(cancellationToken: Token);

        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            Assert.Equal((CommandStream.Pty, "$ "), (output.Stream, Encoding.UTF8.GetString(output.Data.Span)));
            break;
        }

        Assert.Equal("$ ", (await handle.WaitAsync(Token)).StandardOutput);
    }

    [Fact]
    public async Task Input_is_typed_and_its_end_is_Ctrl_D()
    {
        FakeHandler handler = Routes.Of(("/Start", Routes.Stream(Frames.Start(7))), ("/SendInput", _ => Answers.Proto(new SendInputResponse())));
        Sandbox sandbox = Client.Sandbox(handler, "0.5.0");
        await using CommandHandle handle = await sandbox.Pty.CreateAsync(cancellationToken: Token);

        await handle.SendInputAsync("ls\r", Token);
        await handle.CloseInputAsync(Token);
        await sandbox.Pty.SendInputAsync(7, "\u0003", Token);

        Assert.Equal(["ls\r", "\u0004", "\u0003"], handler.Requests.Skip(1).Select(r => SendInputRequest.Parser.ParseFrom(r.Body).Input.Pty.ToStringUtf8()));
    }

    [Fact]
    public async Task A_size_is_set_and_one_that_cannot_be_is_refused_here()
    {
        FakeHandler handler = Routes.Of(("/Update", _ => Answers.Proto(new UpdateResponse())));
        Sandbox sandbox = Client.Sandbox(handler);

        await sandbox.Pty.ResizeAsync(7, 100, 40, Token);
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.Pty.ResizeAsync(7, 0, 40, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.Pty.CreateAsync(new PtyOptions { Rows = 70_000 }, Token));

        var request = UpdateRequest.Parser.ParseFrom(handler.Only.Body);
        Assert.Equal((7u, 100u, 40u), (request.Process.Pid, request.Pty.Size.Cols, request.Pty.Size.Rows));
    }

    [Theory]
    [InlineData("tty not assigned to process", "no terminal")]
    [InlineData("error writing to stdin: stdin not enabled or closed", "StandardInput = true")]
    public async Task What_a_process_does_not_have_is_said_in_plain_words(string said, string expected)
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Refusal(said)));

        var error = await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => sandbox.Commands.SendInputAsync(7, new byte[1], Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_attached_to_shows_what_it_takes()
    {
        var handler = new FakeHandler(request => request switch
        {
            { PathAndQuery: "/process.Process/Connect" } => Answers.Stream(new ScriptedStream(Frames.Start(7))),
            { PathAndQuery: "/process.Process/CloseStdin" } => Refusal("error closing stdin: cannot close stdin for PTY process — send Ctrl+D (0x04) instead"),
            _ when SendInputRequest.Parser.ParseFrom(request.Body).Input.InputCase == ProcessInput.InputOneofCase.Stdin =>
                Refusal("error writing to stdin: tty assigned to process — input should be written to the pty, not the stdin"),
            _ => Answers.Proto(new SendInputResponse()),
        });
        Sandbox sandbox = Client.Sandbox(handler);
        await using CommandHandle handle = await sandbox.Commands.ConnectAsync(7, cancellationToken: Token);

        Assert.Null(handle.IsPty);
        await handle.SendInputAsync("a", Token);
        Assert.True(handle.IsPty);
        await handle.SendInputAsync("b", Token);
        await sandbox.Commands.CloseInputAsync(7, Token);

        Assert.Equal(["a", "b", "\u0004"], handler.Requests.Where(r => r.PathAndQuery.EndsWith("/SendInput", StringComparison.Ordinal))
            .Select(r => SendInputRequest.Parser.ParseFrom(r.Body).Input).Where(i => i.HasPty).Select(i => i.Pty.ToStringUtf8()));
        await using CommandHandle terminal = await sandbox.Pty.ConnectAsync(7, cancellationToken: Token);
        Assert.True(terminal.IsPty);
    }

    private static HttpResponseMessage Refusal(string said) =>
        Answers.Text(500, Encoding.UTF8.GetString(new ConnectError(ConnectCode.Internal, said).ToJson()), "application/json");
}
