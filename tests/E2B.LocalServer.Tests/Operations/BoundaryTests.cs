using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using E2B.LocalServer.Tests.Runtime;
using E2B.Protocol;
using Xunit;

namespace E2B.LocalServer.Tests.Operations;

/// <summary>
/// Where proxies and servers usually have limits, and this one has none: silence, size, slow readers, long paths. With
/// small numbers; with <c>E2B_SOAK</c> with those that are promised. All of it with a data directory of 150 characters.
/// </summary>
public sealed class BoundaryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int PathLength = 150;
    private const string Mark = "it goes on";

    /// <summary>Of the server, over what it had before; what it passes on may be any amount.</summary>
    private const int MemoryMiB = 100;

    private static readonly TimeSpan _silence = ServerProcess.IsSoak ? TimeSpan.FromMinutes(11) : TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _pause = ServerProcess.IsSoak ? TimeSpan.FromSeconds(60) : TimeSpan.FromSeconds(2);
    private static readonly long _size = ServerProcess.IsSoak ? 1L << 30 : 64L << 20;

    private readonly string _data = TestRuntime.NewFolder().PadRight(PathLength, 'x');
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private ServerProcess _server = null!;

    private static CancellationToken Token => TestRuntime.Token;

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(_data, "--pool", "0");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_server is not null)
        {
            await _server.TerminateAsync();
            _server.Dispose();
        }

        Directory.Delete(_data, recursive: true);
    }

    [Fact(Timeout = 1_800_000)]
    public async Task Streams_that_say_nothing_for_long_go_on()
    {
        E2B.Sandbox sandbox = await CreateAsync();
        string seconds = ((int)_silence.TotalSeconds).ToString(null, null);
        await sandbox.Files.WriteTextAsync("/home/user/silent", $"""
            import http.server, time
            class Silent(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(b'begun ')
                    self.wfile.flush()
                    time.sleep({seconds})
                    self.wfile.write(b'{Mark}')
            http.server.ThreadingHTTPServer(('127.0.0.1', 8000), Silent).serve_forever()
            """, cancellationToken: Token);
        await sandbox.Commands.RunAsync("nohup python3 silent > /dev/null 2>&1 & until grep -q :1F40 /proc/net/tcp; do :; done; mkdir watched; mkfifo pipe", cancellationToken: Token);
        var watch = Stopwatch.StartNew();

        // All of them at once: a command, a watched directory, an upload, input, a port by HTTP and one by its bytes.
        Task<string> command = AskAsync(sandbox, "/process.Process/Start", Frame("{\"process\":{\"cmd\":\"/bin/sh\",\"args\":[\"-c\",\"sleep " + seconds + "; echo " + Mark + "\"]}}"));
        Task<string> watched = AskAsync(sandbox, "/filesystem.Filesystem/WatchDir", Frame("""{"path":"/home/user/watched"}"""), until: "made-later");
        Task<string> upload = UploadAsync(sandbox);
        Task<string> input = InputAsync(sandbox);
        Task<string> port = PortAsync(sandbox);
        Task<string> bytes = BytesAsync(sandbox);
        await Task.Delay(_silence, Token);
        await sandbox.Files.WriteTextAsync("/home/user/watched/made-later", string.Empty, cancellationToken: Token);

        Assert.Contains(Convert.ToBase64String(Encoding.ASCII.GetBytes(Mark + "\n")), await command, StringComparison.Ordinal);
        Assert.Contains("made-later", await watched, StringComparison.Ordinal);
        Assert.Equal("begun " + Mark, await upload);
        Assert.Equal("begun " + Mark, await input);
        Assert.Equal("begun " + Mark, await port);
        Assert.EndsWith("begun " + Mark, await bytes, StringComparison.Ordinal);
        output.WriteLine($"silent for {_silence}, over after {watch.Elapsed}");
        Assert.True(watch.Elapsed >= _silence);
    }

    [Fact(Timeout = 1_800_000)]
    public async Task Large_bodies_pass_both_ways_in_little_memory()
    {
        E2B.Sandbox sandbox = await CreateAsync();
        (_, long before, _) = _server.Measure();
        long most = before;
        using var end = new CancellationTokenSource();
        Task measuring = Task.Run(
            async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    most = Math.Max(most, _server.Measure().MemoryMiB);
                    await Task.Delay(100, CancellationToken.None);
                }
            },
            Token);

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Url, "/files?path=/home/user/large&username=user"));
        request.Content = new StreamContent(new Pattern(_size), 256 * 1024);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using (HttpResponseMessage answer = await SendAsync(sandbox, request))
        {
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        }

        using var read = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Url, "/files?path=/home/user/large&username=user"));
        using (HttpResponseMessage answer = await SendAsync(sandbox, read))
        {
            Assert.Equal(_size, await new Pattern(_size).CompareAsync(await answer.Content.ReadAsStreamAsync(Token), Token));
        }

        await end.CancelAsync();
        await measuring;
        output.WriteLine($"{_size >> 20} MiB up and down; the server had {before} MiB before, {most} MiB at most");
        Assert.InRange(most, 0, before + MemoryMiB);
    }

    [Fact(Timeout = 1_800_000)]
    public async Task A_reader_that_pauses_gets_everything_and_holds_nobody_up()
    {
        E2B.Sandbox sandbox = await CreateAsync();
        await sandbox.Commands.RunAsync($"head -c {_size} /dev/zero > large", new CommandOptions { Timeout = TimeSpan.Zero }, Token);
        (_, long before, _) = _server.Measure();
        using var read = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Url, "/files?path=/home/user/large&username=user"));
        using HttpResponseMessage answer = await SendAsync(sandbox, read);
        await using Stream body = await answer.Content.ReadAsStreamAsync(Token);
        byte[] block = new byte[256 * 1024];
        long count = await body.ReadAsync(block, Token);

        // A command's output stands still meanwhile too, and others go on.
        await using CommandHandle writer = await sandbox.Commands.StartAsync($"head -c {_size} /dev/zero | tr '\\0' x", new CommandOptions { Timeout = TimeSpan.Zero, MaxCapturedBytes = 1 }, Token);
        await using IAsyncEnumerator<CommandOutput> lines = writer.ReadOutputAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await lines.MoveNextAsync());
        long written = lines.Current.Data.Length;
        await Task.Delay(_pause, Token);
        Assert.Equal("on", (await sandbox.Commands.RunAsync("printf on", cancellationToken: Token)).StandardOutput);
        (_, long paused, _) = _server.Measure();

        while (await body.ReadAsync(block, Token) is > 0 and int more)
        {
            count += more;
        }

        while (await lines.MoveNextAsync())
        {
            written += lines.Current.Data.Length;
        }

        output.WriteLine($"paused for {_pause}; the server had {before} MiB before, {paused} MiB while they waited");
        Assert.Equal(_size, count);
        Assert.Equal(_size, written);
        Assert.InRange(paused, 0, before + MemoryMiB);
    }

    [Fact]
    public async Task A_data_directory_of_150_characters_will_do_for_everything()
    {
        Assert.Equal(PathLength, _data.Length);
        string volume = (string)(await _server.ApiAsync("POST", "/volumes", """{"name":"kept"}"""))!["volumeID"]!;
        JsonNode made = (await _server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","volumeMounts":[{"name":"kept","path":"/mnt/kept"}]}"""))!;
        JsonNode detail = (await _server.ApiAsync("GET", $"/sandboxes/{(string)made["sandboxID"]!}"))!;
        E2B.Sandbox sandbox = await _server.Client.Sandboxes.ConnectAsync((string)made["sandboxID"]!, cancellationToken: Token);
        Assert.Equal(TimeSpan.FromSeconds(300), (DateTimeOffset)detail["endAt"]! - (DateTimeOffset)detail["startedAt"]!);
        await sandbox.Commands.RunAsync("echo here > file; echo there > /mnt/kept/file", cancellationToken: Token);
        string snapshot = (string)(await _server.ApiAsync("POST", $"/sandboxes/{sandbox.SandboxId}/snapshots", "{}"))!["snapshotID"]!;
        await _server.ApiAsync("POST", $"/sandboxes/{sandbox.SandboxId}/pause");
        await _server.TerminateAsync();
        _server.Dispose();

        _server = await ServerProcess.StartAsync(_data, "--pool", "0");
        E2B.Sandbox resumed = await _server.Client.Sandboxes.ConnectAsync(sandbox.SandboxId, cancellationToken: Token);
        Assert.Equal("here\nthere\n", (await resumed.Commands.RunAsync("cat file /mnt/kept/file", cancellationToken: Token)).StandardOutput);
        E2B.Sandbox copy = await _server.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = snapshot }, Token);
        Assert.Equal("here\n", (await copy.Commands.RunAsync("cat file", cancellationToken: Token)).StandardOutput);
        Assert.Equal(volume, (string)(await _server.ApiAsync("GET", "/volumes"))![0]!["volumeID"]!);
    }

    /// <summary>Open, so that requests by hand need no token.</summary>
    private Task<E2B.Sandbox> CreateAsync() =>
        _server.Client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromHours(1), Secure = false }, Token);

    private static byte[] Frame(string json)
    {
        byte[] frame = new byte[5 + Encoding.UTF8.GetByteCount(json)];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)(frame.Length - 5));
        Encoding.UTF8.GetBytes(json, frame.AsSpan(5));
        return frame;
    }

    private static void Route(HttpRequestMessage request, E2B.Sandbox sandbox, string port = "49983")
    {
        request.Headers.Add(E2BHeaders.SandboxId, sandbox.SandboxId);
        request.Headers.Add(E2BHeaders.SandboxPort, port);
    }

    private Task<HttpResponseMessage> SendAsync(E2B.Sandbox sandbox, HttpRequestMessage request)
    {
        Route(request, sandbox);
        return _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    /// <summary>A call whose answer is a stream, with no sign of life between its messages.</summary>
    private async Task<string> AskAsync(E2B.Sandbox sandbox, string path, byte[] frame, string? until = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Url, path)) { Content = new ByteArrayContent(frame) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+json");
        request.Headers.Add(E2BHeaders.KeepalivePingInterval, "86400");
        using HttpResponseMessage answer = await SendAsync(sandbox, request);
        await using Stream body = await answer.Content.ReadAsStreamAsync(Token);
        var text = new StringBuilder();
        byte[] block = new byte[4096];
        while ((until is null || !text.ToString().Contains(until, StringComparison.Ordinal)) && await body.ReadAsync(block, Token) is > 0 and int count)
        {
            text.Append(Encoding.Latin1.GetString(block, 0, count));
        }

        Assert.DoesNotContain("keepalive", text.ToString(), StringComparison.Ordinal);
        return text.ToString();
    }

    private async Task<string> UploadAsync(E2B.Sandbox sandbox)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Url, "/files?path=/home/user/slow&username=user"))
        {
            Content = new Halting("begun "u8.ToArray(), Encoding.ASCII.GetBytes(Mark), _silence),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage answer = await SendAsync(sandbox, request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        return await sandbox.Files.ReadTextAsync("/home/user/slow", cancellationToken: Token);
    }

    private async Task<string> InputAsync(E2B.Sandbox sandbox)
    {
        await using CommandHandle cat = await sandbox.Commands.StartAsync("cat > typed", new CommandOptions { StandardInput = true, Timeout = TimeSpan.Zero }, Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Url, "/process.Process/StreamInput"))
        {
            Content = new Halting(
                [.. Frame("{\"start\":{\"process\":{\"pid\":" + cat.ProcessId.ToString(null, null) + "}}}"), .. Input("begun ")], Input(Mark), _silence),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/connect+json");
        using (HttpResponseMessage answer = await SendAsync(sandbox, request))
        {
            Assert.DoesNotContain("error", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        await cat.CloseInputAsync(Token);
        await cat.WaitAsync(Token);
        return await sandbox.Files.ReadTextAsync("/home/user/typed", cancellationToken: Token);

        static byte[] Input(string text) =>
            Frame("{\"data\":{\"input\":{\"stdin\":\"" + Convert.ToBase64String(Encoding.ASCII.GetBytes(text)) + "\"}}}");
    }

    private async Task<string> PortAsync(E2B.Sandbox sandbox)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _server.Url);
        Route(request, sandbox, "8000");
        using HttpResponseMessage answer = await _http.SendAsync(request, Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    private async Task<string> BytesAsync(E2B.Sandbox sandbox)
    {
        var url = new Uri((string)(await _server.ApiAsync("POST", $"/local/sandboxes/{sandbox.SandboxId}/ports/8000", """{"protocol":"tcp"}"""))!["url"]!);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, Token);
        await client.GetStream().WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Token);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Token);
    }

    /// <summary>A body that stands still in its middle.</summary>
    private sealed class Halting(byte[] first, byte[] second, TimeSpan silence) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(first, Token);
            await stream.FlushAsync(Token);
            await Task.Delay(silence, Token);
            await stream.WriteAsync(second, Token);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Bytes of which each place has its own.</summary>
    private sealed class Pattern(long length) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int taken = (int)Math.Min(count, length - _at);
            for (int i = 0; i < taken; i++)
            {
                buffer[offset + i] = (byte)((_at + i) * 31 >> 3);
            }

            _at += taken;
            return taken;
        }

        /// <summary>How far another stream is the same.</summary>
        public async Task<long> CompareAsync(Stream other, CancellationToken cancellationToken)
        {
            byte[] theirs = new byte[256 * 1024];
            byte[] ours = new byte[theirs.Length];
            while (await other.ReadAsync(theirs, cancellationToken) is > 0 and int count)
            {
                int had = Read(ours, 0, count);
                if (had != count || !ours.AsSpan(0, count).SequenceEqual(theirs.AsSpan(0, count)))
                {
                    return -1;
                }
            }

            return _at;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
