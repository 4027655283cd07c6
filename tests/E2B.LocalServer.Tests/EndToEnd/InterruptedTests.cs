using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace E2B.LocalServer.Tests.EndToEnd;

/// <summary>Uploads that do not come to their end: a full disk, and a client that is killed.</summary>
public sealed class InterruptedTests(RealServer server) : IClassFixture<RealServer>
{
    private const int Limit = 120_000;

    private static CancellationToken Token => RealServer.Token;

    [Theory(Timeout = Limit)]
    [InlineData(false), InlineData(true)]
    public async Task A_full_disk_is_said_and_can_be_made_empty_again(bool gzip)
    {
        E2B.Sandbox sandbox = await server.NewSandboxAsync();
        await sandbox.Files.WriteTextAsync("/srv/kept", "kept", cancellationToken: Token);
        using var noise = new NoiseStream((RealServer.DiskMiB + 100) * 1024L * 1024);

        var error = await Assert.ThrowsAsync<NotEnoughSpaceException>(
            () => sandbox.Files.WriteAsync("/srv/full", noise, new SandboxFileOptions { Gzip = gzip }, Token));

        Assert.Equal((507, sandbox.SandboxId), (error.StatusCode, error.SandboxId));
        Assert.Equal("kept", await sandbox.Files.ReadTextAsync("/srv/kept", cancellationToken: Token));
        await Assert.ThrowsAsync<NotEnoughSpaceException>(() => sandbox.Files.WriteAsync("/srv/more", new byte[4 * 1024 * 1024], cancellationToken: Token));
        await Assert.ThrowsAsync<NotEnoughSpaceException>(
            () => sandbox.Files.WriteManyAsync(Enumerable.Range(0, 5).Select(i => new SandboxFileContent($"/srv/many/{i}", new byte[60_000])), cancellationToken: Token));

        // What came before the disk was full is there; removed, it makes room.
        Assert.InRange((await sandbox.Files.GetInfoAsync("/srv/full", cancellationToken: Token)).Size, 1024 * 1024, noise.Length);
        await sandbox.Files.RemoveAsync("/srv/full", cancellationToken: Token);
        await sandbox.Files.WriteAsync("/srv/more", new byte[4 * 1024 * 1024], cancellationToken: Token);
        await sandbox.KillAsync(Token);
    }

    [Fact(Timeout = Limit)]
    public async Task Of_a_client_that_is_killed_the_beginning_of_its_upload_stays()
    {
        const string Path = "/home/user/interrupted";
        Uri url = await server.Files.GetUploadUrlAsync(Path, cancellationToken: Token);
        await server.Files.WriteTextAsync(Path, "what was there before", cancellationToken: Token);

        // A client in a process of its own, that can be killed while it sends: it says so much of what it promised, and waits.
        const string Program = """
            import socket, sys, time
            host, port, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
            connection = socket.create_connection((host, port))
            connection.sendall(f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/octet-stream\r\nContent-Length: 100000000\r\n\r\n".encode())
            connection.sendall(b"0123456789" * 500000)
            time.sleep(600)
            """;
        using Process client = Process.Start(
            "/usr/bin/python3", ["-c", Program, url.Host, url.Port.ToString(CultureInfo.InvariantCulture), url.PathAndQuery]);
        try
        {
            await UntilAsync(async () => (await server.Files.GetInfoAsync(Path, cancellationToken: Token)).Size == 5_000_000, "all that was sent is on the disk");
        }
        finally
        {
            client.Kill();
        }

        await client.WaitForExitAsync(Token);
        await UntilAsync(
            async () => await RealServer.RunAsync(server.Sandbox, $"ls -l /proc/1/fd | grep -c {Path} || true") == "0\n", "the agent lets go of the file");

        string content = await server.Files.ReadTextAsync(Path, cancellationToken: Token);
        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 500_000)), content);
        Assert.Equal("user", (await server.Files.GetInfoAsync(Path, cancellationToken: Token)).Owner);
        await server.Files.WriteTextAsync(Path, "written again", cancellationToken: Token);
        Assert.Equal("written again", await server.Files.ReadTextAsync(Path, cancellationToken: Token));
    }

    [Fact(Timeout = Limit)]
    public async Task Of_a_client_that_is_killed_the_download_is_given_up()
    {
        const string Path = "/home/user/large";
        using var noise = new NoiseStream(40 * 1024 * 1024);
        await server.Files.WriteAsync(Path, noise, cancellationToken: Token);
        Uri url = await server.Files.GetDownloadUrlAsync(Path, cancellationToken: Token);
        const string Program = """
            import socket, sys, time
            host, port, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
            connection = socket.create_connection((host, port))
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            connection.recv(1000)
            time.sleep(600)
            """;
        Task<string> Open() => RealServer.RunAsync(server.Sandbox, $"ls -l /proc/1/fd | grep -c {Path} || true");
        using Process client = Process.Start(
            "/usr/bin/python3", ["-c", Program, url.Host, url.Port.ToString(CultureInfo.InvariantCulture), url.PathAndQuery]);
        try
        {
            await UntilAsync(async () => await Open() == "1\n", "the agent reads the file");
        }
        finally
        {
            client.Kill();
        }

        await client.WaitForExitAsync(Token);
        await UntilAsync(async () => await Open() == "0\n", "the agent lets go of the file");
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        for (long end = Environment.TickCount64 + 60_000; !await holds();)
        {
            Assert.True(Environment.TickCount64 < end, $"Waited in vain until {what}.");
            await Task.Delay(50, Token);
        }
    }

    /// <summary>So many bytes that cannot be compressed.</summary>
    private sealed class NoiseStream(long length) : Stream
    {
        private readonly Random _random = new(1);
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            count = (int)Math.Min(count, length - _position);
            _random.NextBytes(buffer.AsSpan(offset, count));
            _position += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
