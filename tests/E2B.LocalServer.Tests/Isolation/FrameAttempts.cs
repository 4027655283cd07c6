using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using E2B.LocalServer.Agent;
using E2B.LocalServer.Agent.Access;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Tests.ControlPlane;
using E2B.LocalServer.Tests.Runtime;
using E2B.Protocol;
using E2B.Protocol.Connect;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Messages to an agent, by way of the edge, that are not what they should be. A sandbox's own may do it harm; nobody else.</summary>
[Collection(Attempts.Name)]
public sealed class FrameAttempts(IsolationWorld world)
{
    private const string Watch = "/filesystem.Filesystem/WatchDir";
    private const string Stat = "/filesystem.Filesystem/Stat";
    private const int MiB = 1024 * 1024;
    private const int TooMuch = Envelope.DefaultMaxPayload + 1;

    private static readonly TimeSpan _stall = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a frame", Watch, "application/connect+json", null, "invalid_argument")]
    [InlineData("a message", Stat, "application/json", null, "resource_exhausted")]
    [InlineData("a message that swells when unpacked", Stat, "application/json", "gzip", "resource_exhausted")]
    public async Task Oversized_is(string what, string path, string type, string? encoding, string code)
    {
        byte[] message = Message(TooMuch);
        byte[] body = encoding is null ? type == "application/json" ? message : [.. Header(message.Length), .. message] : Pack(message);

        // There, it is read as a whole, and only then found to be about a path that does not exist.
        await using (Unlimited open = await Unlimited.StartAsync())
        {
            Assert.Contains("\"not_found\"", await AskAsync(open.Url, open.Id, path, type, encoding, body), StringComparison.Ordinal);
        }

        (E2B.Sandbox sandbox, _) = await world.StartAsync(_ => { }, secure: false);
        string answer = await AskAsync(world.Url, sandbox.SandboxId, path, type, encoding, body);
        Assert.True(answer.Contains($"\"{code}\"", StringComparison.Ordinal), $"{what}: {answer}");

        // Not even the sandbox that it was for.
        Assert.Equal("well", await IsolationWorld.RunAsync(sandbox, "printf well"));
        await sandbox.KillAsync(Token);
        await world.AssertUnharmedAsync();
    }

    /// <summary>Memory is taken for what has come. Where it does come, the sandbox's own ends at its limit.</summary>
    [Fact]
    public async Task Lengths_whose_bytes_never_come_take_no_memory()
    {
        const int Promised = 60 * MiB;
        const int Promises = 40;
        foreach (bool comes in (bool[])[true, false])
        {
            (E2B.Sandbox sandbox, _) = await world.StartAsync(_ => { }, secure: false);
            var waiting = new List<Socket>();
            try
            {
                for (int i = 0; i < Promises; i++)
                {
                    Socket one = await RawHttp.ConnectAsync(world.Url.Port);
                    waiting.Add(one);
                    await one.SendAsync(Encoding.ASCII.GetBytes(Head(sandbox, Watch, Promised + Envelope.HeaderLength)), Token);
                    await one.SendAsync(Header(Promised), Token);
                }

                Task<bool>[] sending = [.. waiting.Select(one => TrySendAsync(one, comes ? Promised - 1 : 1))];
                if (comes)
                {
                    // The agent gives up on some of them, or ends.
                    await UntilAsync(() => waiting.Any(one => one.Poll(0, SelectMode.SelectRead) && IsOver(one)));
                }
                else
                {
                    Assert.True((await Task.WhenAll(sending)).All(sent => sent));
                    Assert.Equal("well", await IsolationWorld.RunAsync(sandbox, "printf well"));
                    Assert.DoesNotContain(waiting, one => one.Poll(0, SelectMode.SelectRead) && IsOver(one));
                }

                waiting.ForEach(one => one.Dispose());
                await Task.WhenAll(sending);
            }
            finally
            {
                waiting.ForEach(one => one.Dispose());
                await sandbox.KillAsync(Token);
            }

            await world.AssertUnharmedAsync();
        }
    }

    /// <summary>Each frame is handed on before the next is taken. Where somebody takes them, all of them arrive.</summary>
    [Fact]
    public async Task Many_tiny_frames_wait_outside_while_nobody_takes_them()
    {
        const int Size = 32 * MiB;
        foreach (bool isTaken in (bool[])[true, false])
        {
            (E2B.Sandbox sandbox, _) = await world.StartAsync(_ => { }, secure: false);
            await using CommandHandle process = await sandbox.Commands.StartAsync(
                isTaken ? "head -c 1000 > /dev/null; cat > /dev/null" : "sleep 3000", new CommandOptions { StandardInput = true, Timeout = TimeSpan.Zero }, Token);
            using Socket socket = await RawHttp.ConnectAsync(world.Url.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(Head(sandbox, "/process.Process/StreamInput", 2L * Size)), Token);
            await socket.SendAsync(Frame("{\"start\":{\"process\":{\"pid\":" + process.ProcessId + "}}}"), Token);

            bool all = await TryFloodAsync(socket, Frame("""{"data":{"input":{"stdin":"eA=="}}}"""), Size);
            Assert.True(all == isTaken, isTaken ? "they were not all taken" : "they were all taken, though the process reads nothing");
            Assert.Equal("well", await IsolationWorld.RunAsync(sandbox, "printf well"));
            await sandbox.KillAsync(Token);
            await world.AssertUnharmedAsync();
        }
    }

    private static string Head(E2B.Sandbox sandbox, string path, long length) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {sandbox.SandboxId}\r\nE2b-Sandbox-Port: 49983\r\nContent-Type: application/connect+json\r\nContent-Length: {length}\r\n\r\n";

    private static byte[] Header(int length)
    {
        byte[] header = new byte[Envelope.HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(1), (uint)length);
        return header;
    }

    private static byte[] Frame(string json) => [.. Header(json.Length), .. Encoding.ASCII.GetBytes(json)];

    /// <summary>About a path that does not exist, with much beside that.</summary>
    private static byte[] Message(int size)
    {
        byte[] text = new byte[size];
        text.AsSpan().Fill((byte)'x');
        "{\"path\":\"/not/there\",\"more\":\""u8.CopyTo(text);
        "\"}"u8.CopyTo(text.AsSpan(size - 2));
        return text;
    }

    private static byte[] Pack(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static async Task<string> AskAsync(Uri server, string id, string path, string type, string? encoding, byte[] body)
    {
        using var http = new HttpClient { Timeout = _patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, path)) { Content = new ByteArrayContent(body) };
        request.Headers.Add(E2BHeaders.SandboxId, id);
        request.Headers.Add(E2BHeaders.SandboxPort, "49983");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        using HttpResponseMessage answer = await http.SendAsync(request, Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    /// <summary>Sends that many bytes, for as long as they are taken.</summary>
    private static async Task<bool> TrySendAsync(Socket socket, int count)
    {
        byte[] block = new byte[Math.Min(count, MiB)];
        try
        {
            for (int sent = 0; sent < count;)
            {
                sent += await socket.SendAsync(block.AsMemory(0, Math.Min(block.Length, count - sent)), Token);
            }

            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Sends one frame again and again, until so many bytes were taken or none are for a while.</summary>
    private static async Task<bool> TryFloodAsync(Socket socket, byte[] frame, int count)
    {
        byte[] block = [.. Enumerable.Repeat(frame, 1000).SelectMany(static one => one)];
        for (int sent = 0; sent < count;)
        {
            using var stall = CancellationTokenSource.CreateLinkedTokenSource(Token);
            stall.CancelAfter(_stall);
            try
            {
                for (int at = 0; at < block.Length;)
                {
                    at += await socket.SendAsync(block.AsMemory(at), stall.Token);
                }

                sent += block.Length;
            }
            catch (OperationCanceledException) when (!Token.IsCancellationRequested)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether what can be read says that the call is over: the last frame, or the end of the connection.</summary>
    private static bool IsOver(Socket socket)
    {
        byte[] block = new byte[4096];
        try
        {
            int count = socket.Receive(block, SocketFlags.Peek);
            return count == 0 || Encoding.Latin1.GetString(block, 0, count).Contains("error", StringComparison.Ordinal) || !Encoding.Latin1.GetString(block, 0, count).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        long end = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!holds())
        {
            Assert.True(Environment.TickCount64 < end, "It did not come to its limit.");
            await Task.Delay(50, Token);
        }
    }

    /// <summary>A server whose agent, in this process, takes messages of any size.</summary>
    private sealed class Unlimited : IAsyncDisposable
    {
        private readonly string _folder = TestRuntime.NewFolder();
        private readonly FakeSandboxHost _host = new();
        private LocalApi? _api;

        public Uri Url => new($"http://127.0.0.1:{_api!.Port}");

        public string Id { get; private set; } = string.Empty;

        public static async Task<Unlimited> StartAsync()
        {
            var server = new Unlimited();
            server._host.Agent = new AgentApplication(new SandboxDefaults("root", isSandbox: false), AgentLog.None, int.MaxValue).ProcessRequestAsync;
            server._api = await LocalApi.StartAsync(
                0, IsolationWorld.Key, server._host, SavedData.Open(server._folder, Console.Error.WriteLine), TimeProvider.System, Console.Error.WriteLine);
            using E2BClient client = IsolationWorld.ClientOf(server.Url);
            server.Id = (await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Secure = false }, Token)).SandboxId;
            return server;
        }

        public async ValueTask DisposeAsync()
        {
            await _api!.DisposeAsync();
            await _host.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
