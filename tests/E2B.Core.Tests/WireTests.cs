using System.Net;
using System.Net.Sockets;
using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

/// <summary>Over real sockets, against a fake server.</summary>
public class WireTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_one_after_the_other_share_a_connection()
    {
        await using var server = new FakeServer(async (_, exchange) =>
        {
            await exchange.StartStreamAsync();
            await exchange.ChunkAsync(Frames.Start(7));
            await exchange.ChunkAsync(Frames.Join(Frames.StdOut("x"), Frames.Exit()));
            await exchange.ChunkAsync(Frames.Done());
            await exchange.EndStreamAsync();
        });
        Sandbox sandbox = server.Sandbox();

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("x", (await sandbox.Commands.RunAsync("true", cancellationToken: Token)).StandardOutput);
        }

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Frames_cut_at_every_byte_come_out_whole()
    {
        await using var server = new FakeServer(async (_, exchange) =>
        {
            await exchange.StartStreamAsync();
            foreach (byte one in Frames.Join(Frames.Start(7), Frames.StdOut("grüße 😀"), Frames.Exit(3), Frames.Done()))
            {
                await exchange.ChunkAsync([one]);
            }

            await exchange.EndStreamAsync();
        });

        CommandResult result = await server.Sandbox().Commands.RunAsync("x", cancellationToken: Token);

        Assert.Equal(("grüße 😀", 3), (result.StandardOutput, result.ExitCode));
    }

    [Theory]
    [InlineData(502, typeof(E2BTimeoutException))]
    [InlineData(204, typeof(E2BUnreachableException))]
    public async Task A_connection_cut_in_the_middle_of_a_command_is_told_apart_by_the_sandboxs_health(int health, Type expected)
    {
        await using var server = new FakeServer(async (line, exchange) =>
        {
            if (line.StartsWith("GET /health ", StringComparison.Ordinal))
            {
                await exchange.AnswerAsync(health, "text/plain", []);
                return;
            }

            await exchange.StartStreamAsync();
            await exchange.ChunkAsync(Frames.Start(7));
            await exchange.ChunkAsync(Frames.StdOut("x"));
            exchange.Close();
        });
        await using CommandHandle handle = await server.Sandbox().Commands.StartAsync("x", cancellationToken: Token);

        await Assert.ThrowsAsync(expected, () => handle.WaitAsync(Token));
    }

    [Fact]
    public async Task A_list_survives_a_connection_cut_before_the_answer()
    {
        int calls = 0;
        await using var server = new FakeServer(async (_, exchange) =>
        {
            if (Interlocked.Increment(ref calls) == 1)
            {
                exchange.Close();
                return;
            }

            await exchange.AnswerAsync(200, "application/json", "[]"u8.ToArray());
        });
        using E2BClient client = server.Client();

        await foreach (SandboxInfo _ in client.Sandboxes.ListAsync(cancellationToken: Token))
        {
        }

        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = new FakeServer((_, exchange) => exchange.AnswerAsync(200, "application/json", "[]"u8.ToArray()));
        await using var server = new FakeServer((_, exchange) => exchange.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 307 X\r\nLocation: {elsewhere.Url}\r\nContent-Length: 0\r\n\r\n")));
        using E2BClient client = server.Client();

        await Assert.ThrowsAsync<E2BProtocolException>(() => client.Sandboxes.GetAsync("sbx1", Token));

        Assert.Equal(0, elsewhere.Connections);
    }

    [Fact]
    public async Task A_server_that_does_not_listen_is_unreachable()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var client = new E2BClient(Client.Options with { ApiUrl = new Uri($"http://127.0.0.1:{port}"), Clock = new InstantClock() });

        var error = await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Contains($"no connection to 127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_exist_is_said_to_be_one()
    {
        using var client = new E2BClient(Client.Options with { ApiUrl = new Uri("http://nowhere.invalid"), Clock = new InstantClock(), Proxy = new WebProxy() });

        var error = await Assert.ThrowsAsync<E2BUnreachableException>(() => client.Sandboxes.CreateAsync(cancellationToken: Token));

        Assert.Contains("nowhere.invalid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_million_lines_come_out_as_they_went_in()
    {
        const int Lines = 1_000_000;
        byte[] all = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, Lines).Select(i => $"{i}\n")));
        byte[][] frames = [.. all.Chunk(32 * 1024).Select(Frames.StdOut)];
        await using var server = new FakeServer(async (_, exchange) =>
        {
            await exchange.StartStreamAsync();
            await exchange.ChunkAsync(Frames.Start(7));
            foreach (byte[] frame in frames)
            {
                await exchange.ChunkAsync(frame);
            }

            await exchange.ChunkAsync(Frames.Join(Frames.Exit(), Frames.Done()));
            await exchange.EndStreamAsync();
        });
        await using CommandHandle handle = await server.Sandbox().Commands.StartAsync("x", cancellationToken: Token);
        var decoder = new Utf8LineDecoder();
        var lines = new List<string>();
        int next = 0;

        await foreach (CommandOutput output in handle.ReadOutputAsync(Token))
        {
            lines.Clear();
            decoder.Decode(output.Data.Span, lines);
            foreach (string line in lines)
            {
                Assert.True(line == next.ToString(System.Globalization.CultureInfo.InvariantCulture), line);
                next++;
            }
        }

        Assert.Equal(Lines, next);
        Assert.Null(decoder.Flush());
    }
}
