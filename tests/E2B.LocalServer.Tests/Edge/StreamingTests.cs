using System.Net;
using E2B.LocalServer.Tests.ControlPlane;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace E2B.LocalServer.Tests.Edge;

public sealed class StreamingTests
{
    private const int Big = 256 * 1024 * 1024;
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_piece_of_the_answer_is_seen_before_the_next_is_made()
    {
        using var seen = new SemaphoreSlim(0);
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            for (int i = 0; i < 5; i++)
            {
                await context.Response.WriteAsync($"piece {i};");
                await context.Response.Body.FlushAsync();
                Assert.True(await seen.WaitAsync(_soon));
            }
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "GET", ""));
        for (int i = 0; i < 5; i++)
        {
            await connection.ReadUntilAsync($"piece {i};");
            seen.Release();
        }

        await connection.ReadUntilAsync("\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task The_head_is_seen_before_there_is_a_body()
    {
        var seen = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(_soon);
            await context.Response.WriteAsync("late");
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "GET", ""));
        await connection.ReadUntilAsync("\r\n\r\n");
        seen.SetResult();

        await connection.ReadUntilAsync("late");
    }

    [Fact]
    public async Task Both_directions_flow_at_once()
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            byte[] buffer = new byte[100];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and int read)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
                await context.Response.Body.FlushAsync();
            }
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "POST", "Transfer-Encoding: chunked\r\n"));
        for (int i = 0; i < 5; i++)
        {
            await connection.SendAsync($"7\r\nping {i};\r\n");
            await connection.ReadUntilAsync($"ping {i};");
        }

        await connection.SendAsync("0\r\n\r\n");
        await connection.ReadUntilAsync("\r\n0\r\n\r\n");
    }

    [Fact]
    public async Task An_answer_in_the_middle_of_an_upload_arrives()
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            byte[] buffer = new byte[100];
            await context.Request.Body.ReadExactlyAsync(buffer);
            context.Response.StatusCode = 507;
            await context.Response.WriteAsync("disk full");
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "POST", "Content-Length: 1000000\r\n") + new string('x', 100));

        Assert.StartsWith("HTTP/1.1 507 ", await connection.ReadUntilAsync("\r\n"), StringComparison.Ordinal);
        await connection.ReadUntilAsync("disk full");
    }

    [Theory]
    [InlineData(true, "HTTP/1.1 100 ")]
    [InlineData(false, "HTTP/1.1 401 ")]
    public async Task Expect_is_for_the_agent_to_answer(bool wanted, string first)
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            if (!wanted)
            {
                context.Response.StatusCode = 401;
                return;
            }

            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync("got " + await reader.ReadToEndAsync());
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "POST", "Content-Length: 4\r\nExpect: 100-continue\r\n"));
        Assert.StartsWith(first, await connection.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        if (wanted)
        {
            await connection.SendAsync("body");
            await connection.ReadUntilAsync("got body");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_big_upload_passes_in_little_memory(bool withLength)
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            long length = 0;
            long wrong = 0;
            byte[] buffer = new byte[256 * 1024];
            while (await context.Request.Body.ReadAsync(buffer) is > 0 and int read)
            {
                length += read;
                wrong += buffer.AsSpan(0, read).ContainsAnyExcept((byte)'x') ? 1 : 0;
            }

            await context.Response.WriteAsync($"{length} {wrong} {context.Request.ContentLength}");
        });
        string id = await server.CreateAsync();
        using var memory = new MemoryWatch();

        using var request = new HttpRequestMessage(HttpMethod.Post, "/files?path=/big") { Content = new Blocks(Big, withLength) };
        Route(request, id);
        using HttpResponseMessage response = await server.Client.SendAsync(request, Token);

        Assert.Equal($"{Big} 0 {(withLength ? Big : null)}", await response.Content.ReadAsStringAsync(Token));
        Assert.InRange(memory.GrowthMiB, 0, 96);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_big_download_passes_in_little_memory(bool withLength)
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            context.Response.ContentLength = withLength ? Big : null;
            await new Blocks(Big, withLength: false).CopyToAsync(context.Response.Body);
        });
        string id = await server.CreateAsync();
        using var memory = new MemoryWatch();

        using var request = new HttpRequestMessage(HttpMethod.Get, "/files?path=/big");
        Route(request, id);
        using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(withLength ? Big : null, response.Content.Headers.ContentLength);
        Stream body = await response.Content.ReadAsStreamAsync(Token);
        long length = 0;
        byte[] buffer = new byte[256 * 1024];
        while (await body.ReadAsync(buffer, Token) is > 0 and int read)
        {
            length += read;
            Assert.False(buffer.AsSpan(0, read).ContainsAnyExcept((byte)'x'));
        }

        Assert.Equal(Big, length);
        Assert.InRange(memory.GrowthMiB, 0, 96);
    }

    [Fact]
    public async Task A_reader_that_pauses_holds_the_writer_up()
    {
        long written = 0;
        var paused = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            byte[] block = new byte[64 * 1024];
            for (int i = 0; i < 1024; i++)
            {
                Task write = context.Response.Body.WriteAsync(block).AsTask();
                if (!write.IsCompleted && await Task.WhenAny(write, Task.Delay(500)) != write)
                {
                    paused.TrySetResult(); // nobody took anything for half a second
                }

                await write;
                Interlocked.Add(ref written, block.Length);
            }
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "GET", "Connection: close\r\n"));
        await paused.Task.WaitAsync(_soon, Token);

        Assert.InRange(Interlocked.Read(ref written), 0, 32 * 1024 * 1024);
        Assert.InRange(await connection.CountToEndAsync(), 64 * 1024 * 1024, 65 * 1024 * 1024);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_request_in_the_sandbox()
    {
        var aborted = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await aborted.Task;
        });
        string id = await server.CreateAsync();
        using (RawConnection connection = await server.ConnectAsync())
        {
            await connection.SendAsync(Head(id, "GET", ""));
            await connection.ReadUntilAsync("begun");
        }

        await aborted.Task.WaitAsync(_soon, Token);
    }

    [Fact]
    public async Task So_does_one_that_breaks_off_its_upload()
    {
        var failed = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            byte[] buffer = new byte[100];
            await context.Request.Body.ReadExactlyAsync(buffer);
            begun.SetResult();
            try
            {
                await context.Request.Body.ReadExactlyAsync(buffer);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                failed.SetResult();
            }
        });
        string id = await server.CreateAsync();
        using (RawConnection connection = await server.ConnectAsync())
        {
            await connection.SendAsync(Head(id, "POST", "Content-Length: 200\r\n") + new string('x', 100));
            await begun.Task.WaitAsync(_soon, Token);
        }

        await failed.Task.WaitAsync(_soon, Token);
    }

    [Fact]
    public async Task A_sandbox_that_ends_breaks_what_streams_from_it()
    {
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begun");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();
        await connection.SendAsync(Head(id, "GET", ""));
        await connection.ReadUntilAsync("begun");

        await server.ApiAsync("DELETE", $"/sandboxes/{id}");

        Assert.DoesNotContain("\r\n0\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal); // no orderly end
    }

    [Fact]
    public async Task A_request_that_waits_while_its_sandbox_ends_is_502()
    {
        var begun = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        string id = await server.CreateAsync();
        Task<Answer> waiting = server.EdgeAsync(id, "GET", "/health");
        await begun.Task.WaitAsync(_soon, Token);

        await server.ApiAsync("DELETE", $"/sandboxes/{id}");

        Assert.Equal(HttpStatusCode.BadGateway, (await waiting).Status);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_breaks_off_for_the_client_too()
    {
        var seen = new TaskCompletionSource();
        await using TestServer server = await TestServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(_soon);
            context.Abort();
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "GET", ""));
        await connection.ReadUntilAsync("half");
        seen.SetResult();

        Assert.DoesNotContain("\r\n0\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_gives_no_answer_is_502()
    {
        await using TestServer server = await TestServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        string id = await server.CreateAsync();

        Answer answer = await server.EdgeAsync(id, "GET", "/health");

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.Equal(502, (int)answer.Json!["code"]!);
    }

    [Fact]
    public async Task Connections_into_the_sandbox_are_used_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal("agent", (await server.EdgeAsync(id, "GET", "/health")).Text);
        }

        Assert.Equal(2, server.Host.Only.Connections); // the handshake's, and this one
    }

    [Fact]
    public async Task A_kept_connection_that_was_closed_is_no_error()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("agent", (await server.EdgeAsync(id, "GET", "/health")).Text);
            server.Host.Only.CloseConnections();
        }
    }

    [Fact]
    public async Task Head_has_the_length_and_no_body()
    {
        await using TestServer server = await TestServer.StartAsync(context =>
        {
            context.Response.ContentLength = 12345;
            return Task.CompletedTask;
        });
        string id = await server.CreateAsync();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/files");
        Route(request, id);

        using HttpResponseMessage response = await server.Client.SendAsync(request, Token);

        Assert.Equal(12345, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task An_empty_body_keeps_its_type()
    {
        await using TestServer server = await TestServer.StartAsync(context =>
            context.Response.WriteAsync($"{context.Request.ContentType} {context.Request.ContentLength}"));
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync(Head(id, "POST", "Content-Type: application/proto\r\nContent-Length: 0\r\n"));

        await connection.ReadUntilAsync("application/proto 0");
    }

    [Fact]
    public async Task Http_1_0_gets_its_answer_and_the_connections_end()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync($"GET / HTTP/1.0\r\nE2b-Sandbox-Id: {id}\r\nE2b-Sandbox-Port: 49983\r\n\r\n");

        Assert.EndsWith("\r\n\r\nagent", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_bytes_pass_unchanged()
    {
        await using TestServer server = await TestServer.StartAsync(context =>
        {
            context.Response.Headers["X-Metadata-a"] = "plain";
            return context.Response.WriteAsync(context.Request.Headers["X-Metadata-b"].ToString());
        });
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        // The bytes of a UTF-8 "ü"; the fake agent reads headers as UTF-8 and writes its body so.
        await connection.SendAsync(Head(id, "GET", "X-Metadata-b: \u00c3\u00bc\r\n"));

        Assert.Contains("X-Metadata-a: plain", await connection.ReadUntilAsync("\u00c3\u00bc"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_port_can_speak_what_it_likes_after_an_upgrade()
    {
        await using TestServer server = await TestServer.StartAsync();
        (Stream inside, Stream outside) = Pair();
        server.Host.ConnectPort = port => port == 8080 ? outside : throw new IOException("closed");
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync($"GET /ws HTTP/1.1\r\nHost: 8080-{id}.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a\r\n\r\n");
        using var reader = new StreamReader(inside, leaveOpen: true);
        List<string> head = [];
        while (await reader.ReadLineAsync(Token) is { Length: > 0 } line)
        {
            head.Add(line);
        }

        Assert.Contains("Upgrade: websocket", head);
        Assert.Contains("Connection: Upgrade", head);
        await inside.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst"u8.ToArray(), Token);
        Assert.StartsWith("HTTP/1.1 101 ", await connection.ReadUntilAsync("first"), StringComparison.Ordinal);
        await connection.SendAsync("up");
        char[] up = new char[2];
        await reader.ReadBlockAsync(up, Token);
        Assert.Equal("up", new string(up));
        await inside.WriteAsync("down"u8.ToArray(), Token);
        await connection.ReadUntilAsync("down");
        await inside.DisposeAsync();
        await connection.ReadToEndAsync();
    }

    private static string Head(string id, string method, string more) =>
        $"{method} /x HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {id}\r\nE2b-Sandbox-Port: 49983\r\n{more}\r\n";

    private static void Route(HttpRequestMessage request, string id)
    {
        foreach ((string name, string value) in TestServer.RoutingHeaders(id))
        {
            request.Headers.Add(name, value);
        }
    }

    private static (Stream, Stream) Pair()
    {
        string folder = Directory.CreateTempSubdirectory("pair").FullName;
        string path = Path.Combine(folder, "s");
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        listener.Listen();
        var one = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        one.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
        Directory.Delete(folder, recursive: true);
        return (new System.Net.Sockets.NetworkStream(one, true), new System.Net.Sockets.NetworkStream(listener.Accept(), true));
    }

    /// <summary>How much memory the process had more at its fullest, looked at ten times a second.</summary>
    private sealed class MemoryWatch : IDisposable
    {
        private readonly long _before;
        private readonly Timer _timer;
        private long _most;

        public MemoryWatch()
        {
            GC.Collect();
            _before = GC.GetTotalMemory(forceFullCollection: true);
            _timer = new Timer(_ => Look(), null, 0, 100);
        }

        public long GrowthMiB
        {
            get
            {
                Look();
                return Math.Max(0, Interlocked.Read(ref _most) - _before) / (1024 * 1024);
            }
        }

        public void Dispose() => _timer.Dispose();

        private void Look() => Interlocked.Exchange(ref _most, Math.Max(Interlocked.Read(ref _most), GC.GetTotalMemory(forceFullCollection: false)));
    }

    /// <summary>So many bytes, made as they are sent.</summary>
    private sealed class Blocks(long length, bool withLength) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            byte[] block = new byte[256 * 1024];
            Array.Fill(block, (byte)'x');
            for (long left = length; left > 0; left -= block.Length)
            {
                await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
            }
        }

        protected override bool TryComputeLength(out long size)
        {
            size = length;
            return withLength;
        }
    }
}
