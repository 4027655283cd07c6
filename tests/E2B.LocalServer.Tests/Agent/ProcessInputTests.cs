using System.Text;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Google.Protobuf;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class ProcessInputTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 10_000;
    private readonly AgentClient _client = host.Client;

    [Theory(Timeout = Limit), InlineData(true), InlineData(false)]
    public async Task InputComesBackAndEnds(bool binary)
    {
        MessageCodec codec = binary ? MessageCodec.Binary : MessageCodec.Json;
        using ProcessRun run = await _client.StartAsync("cat; echo end", codec);
        await _client.SendStdinAsync(run.Pid, "häll"u8, codec);
        await run.ReadUntilAsync(r => r.Stdout.Length == 5);
        await _client.SendStdinAsync(run.Pid, "o\n"u8, codec);
        await _client.CloseStdinAsync(run.Pid);
        await run.ReadToEndAsync();
        Assert.Equal("hällo\nend\n", run.StdoutText);
    }

    [Fact(Timeout = Limit)]
    public async Task WithoutInputThereIsNothingToRead()
    {
        using ProcessRun run = await _client.StartAsync("readlink /proc/self/fd/0; cat; sleep 1000", change: r => r.Stdin = false);
        await run.ReadUntilAsync(r => r.StdoutText == "/dev/null\n");
        await FailsAsync(ConnectCode.Internal, () => _client.SendStdinAsync(run.Pid, "x"u8));
        await _client.SignalAsync(run.Pid, Signal.Sigkill);
        await run.ReadToEndAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task ClosedInputTakesNothing()
    {
        using ProcessRun run = await _client.StartAsync("exec sleep 1000");
        await _client.CloseStdinAsync(run.Pid);
        await _client.CloseStdinAsync(run.Pid);
        await FailsAsync(ConnectCode.Internal, () => _client.SendStdinAsync(run.Pid, "x"u8));
        await _client.SignalAsync(run.Pid, Signal.Sigkill);
    }

    [Fact(Timeout = Limit)]
    public async Task AFullPipeHoldsItsWriterAndNobodyElse()
    {
        using ProcessRun full = await _client.StartAsync("head -c 1 >/dev/null; echo first; exec sleep 1000");
        Task blocked = _client.SendStdinAsync(full.Pid, new byte[1_000_000]);
        await full.ReadUntilAsync(r => r.StdoutText == "first\n");

        // Others go on meanwhile: a whole process with its input.
        using ProcessRun other = await _client.StartAsync("cat");
        await _client.SendStdinAsync(other.Pid, "x"u8);
        await _client.CloseStdinAsync(other.Pid);
        await other.ReadToEndAsync();
        Assert.False(blocked.IsCompleted);

        await _client.SignalAsync(full.Pid, Signal.Sigkill);
        await FailsAsync(ConnectCode.Internal, () => blocked);
    }

    [Fact(Timeout = Limit)]
    public async Task AWriterThatGoesLetsTheNextOneWrite()
    {
        using ProcessRun run = await _client.StartAsync("read -r go < " + host.Directory + "/go-fifo; wc -c", change: r =>
            r.Process.Args[1] = $"mkfifo {host.Directory}/go-fifo; " + r.Process.Args[1]);
        using (var gone = new CancellationTokenSource())
        {
            var input = new SendInputRequest
            {
                Process = AgentClient.Selector(run.Pid),
                Input = new ProcessInput { Stdin = ByteString.CopyFrom(new byte[1_000_000]) },
            };
            using HttpRequestMessage request = AgentClient.Request(
                AgentClient.Process + "SendInput", input.ToByteArray(), MessageCodec.Binary.UnaryContentType);
            Task send = _client.Http.SendAsync(request, gone.Token);
            await AgentHost.UntilAsync(() => File.Exists(host.Directory + "/go-fifo"), "the process waits");
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        }

        Task next = _client.SendStdinAsync(run.Pid, "0123456789"u8);
        await File.WriteAllTextAsync(host.Directory + "/go-fifo", "go\n", AgentClient.Cancellation);
        await next;
        await _client.CloseStdinAsync(run.Pid);
        await run.ReadToEndAsync();
        Assert.InRange(int.Parse(run.StdoutText, System.Globalization.CultureInfo.InvariantCulture), 10, 999_999);
    }

    [Fact(Timeout = Limit)]
    public async Task AStreamOfInputKeepsItsOrder()
    {
        using ProcessRun run = await _client.StartAsync("cat");
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        void Add(StreamInputRequest message) => Envelope.Write(body, MessageCodec.Binary, message);
        Add(new StreamInputRequest { Start = new() { Process = AgentClient.Selector(run.Pid) } });
        for (int i = 0; i < 5000; i++)
        {
            Add(new StreamInputRequest { Data = new() { Input = new ProcessInput { Stdin = ByteString.CopyFromUtf8($"{i}\n") } } });
        }

        Add(new StreamInputRequest { Keepalive = new() });
        using HttpRequestMessage request = AgentClient.Request(
            AgentClient.Process + "StreamInput", body.WrittenSpan.ToArray(), MessageCodec.Binary.StreamContentType);
        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        using var answer = new MessageFrames<StreamInputResponse>(
            response, MessageCodec.Binary, await response.Content.ReadAsStreamAsync(AgentClient.Cancellation));
        Assert.NotNull(await answer.NextAsync());
        Assert.Null(await answer.NextAsync());
        await _client.CloseStdinAsync(run.Pid);
        await run.ReadToEndAsync();
        Assert.Equal(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i}\n")), run.StdoutText);
    }

    [Fact(Timeout = Limit)]
    public async Task ATerminalEchoesResizesAndInterrupts()
    {
        var request = new StartRequest
        {
            Process = new ProcessConfig { Cmd = "/bin/bash", Args = { "--norc", "--noprofile", "-i" }, Envs = { ["PS1"] = "ready> ", ["TERM"] = "dumb" } },
            Pty = new PTY { Size = new PTY.Types.Size { Cols = 80, Rows = 24 } },
        };
        using ProcessRun run = await _client.StartAsync(request, user: "daemon");
        await run.ReadUntilAsync(r => r.PtyText.Contains("ready> ", StringComparison.Ordinal));
        await _client.SendPtyAsync(run.Pid, "stty size; echo user=$(stat -c %U $(tty))\n");
        await run.ReadUntilAsync(r => r.PtyText.Contains("\r\n24 80\r\nuser=daemon\r\n", StringComparison.Ordinal));
        Assert.Contains("stty size; echo", run.PtyText, StringComparison.Ordinal);

        await _client.CallAsync<UpdateResponse>(AgentClient.Process + "Update", new UpdateRequest
        {
            Process = AgentClient.Selector(run.Pid),
            Pty = new PTY { Size = new PTY.Types.Size { Cols = 132, Rows = 50 } },
        });
        await _client.SendPtyAsync(run.Pid, "stty size\n");
        await run.ReadUntilAsync(r => r.PtyText.Contains("\r\n50 132\r\n", StringComparison.Ordinal));

        // Only a controlling terminal turns ^C into a signal. What answers is the program in the foreground itself: before
        // that runs, the shell would get the signal.
        await _client.SendPtyAsync(run.Pid, "sh -c 'echo go; exec sleep 1000'\n");
        await run.ReadUntilAsync(r => r.PtyText.Contains("\r\ngo\r\n", StringComparison.Ordinal));
        await _client.SendPtyAsync(run.Pid, "\u0003");
        await run.ReadUntilAsync(r => r.PtyText[r.PtyText.IndexOf("\r\ngo\r\n", StringComparison.Ordinal)..].Contains("ready> ", StringComparison.Ordinal));
        await _client.SendPtyAsync(run.Pid, "exit 7\n");
        Assert.Equal(7, (await run.ReadToEndAsync()).ExitCode);
        Assert.Equal(0, run.Stdout.Length + run.Stderr.Length);
    }

    [Fact(Timeout = Limit)]
    public async Task InputMustFitTheProcess()
    {
        using ProcessRun plain = await _client.StartAsync("exec sleep 1000");
        await FailsAsync(ConnectCode.Internal, () => _client.SendPtyAsync(plain.Pid, "x"));
        await FailsAsync(ConnectCode.Internal, () => _client.CallAsync<UpdateResponse>(AgentClient.Process + "Update", new UpdateRequest
        {
            Process = AgentClient.Selector(plain.Pid),
            Pty = new PTY { Size = new PTY.Types.Size { Cols = 1, Rows = 1 } },
        }));
        using ProcessRun terminal = await _client.StartAsync("exec sleep 1000", change: r => r.Pty = new PTY());
        await FailsAsync(ConnectCode.Internal, () => _client.SendStdinAsync(terminal.Pid, Encoding.UTF8.GetBytes("x")));
        await FailsAsync(ConnectCode.Unknown, () => _client.CloseStdinAsync(terminal.Pid));
        await _client.SignalAsync(plain.Pid, Signal.Sigkill);
        await _client.SignalAsync(terminal.Pid, Signal.Sigkill);
    }

    private static async Task FailsAsync(ConnectCode code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcCallException>(call)).Code);
}
