using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using E2B.Transport;

namespace E2B.Core.Tests.Fakes;

/// <summary>A fake: an HTTP/1.1 server on a real socket that says, byte for byte, what the test says.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, FakeExchange, Task> _answer;
    private readonly Task _running;
    private int _connections;

    /// <param name="answer">Gets a request's line, and answers.</param>
    public FakeServer(Func<string, FakeExchange, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _running = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many connections clients have made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public E2BClient Client() => ClientAt(Url);

    public Sandbox Sandbox() => SandboxAt(Url);

    /// <summary>A client of whatever is there, a proxy for one.</summary>
    public static E2BClient ClientAt(Uri url, StreamTiming? timing = null) => new(Fakes.Client.Options with
    {
        ApiUrl = url,
        SandboxUrl = url,
        RequestTimeout = TimeSpan.FromSeconds(30),
        Timing = timing ?? Fakes.Client.Timing,
    });

    public static Sandbox SandboxAt(Uri url, StreamTiming? timing = null) => ClientAt(url, timing).Sandboxes.Attach("sbx1", new SandboxAccess { AccessToken = Fakes.Client.AccessToken, EnvdVersion = "0.6.13" });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _running;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var exchange = new FakeExchange(client.GetStream(), _stop.Token);
            try
            {
                while (!exchange.IsClosed && await exchange.ReadRequestAsync() is { } line)
                {
                    await _answer(line, exchange);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went away, or the test is over.
            }
        }
    }
}

/// <summary>One connection of the fake server.</summary>
internal sealed class FakeExchange(NetworkStream stream, CancellationToken stop)
{
    public CancellationToken Stop => stop;

    public bool IsClosed { get; private set; }

    /// <summary>The line and the headers of the request that was read last.</summary>
    public string Head { get; private set; } = string.Empty;

    /// <summary>Reads a request with its body; the request's line, or nothing when the client is gone.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        string? first = null;
        long length = 0;
        var head = new StringBuilder();
        while (await ReadLineAsync() is { } line)
        {
            head.AppendLine(line);
            if (line.Length == 0)
            {
                Head = head.ToString();
                await stream.ReadExactlyAsync(new byte[length], stop);
                return first;
            }

            first ??= line;
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = long.Parse(line["Content-Length:".Length..], CultureInfo.InvariantCulture);
            }
        }

        return null;
    }

    public Task AnswerAsync(int status, string type, byte[] body) => WriteAsync(
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body]);

    public Task StartStreamAsync() =>
        WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/connect+proto\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());

    public Task ChunkAsync(byte[] bytes) =>
        WriteAsync([.. Encoding.ASCII.GetBytes(bytes.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. bytes, (byte)'\r', (byte)'\n']);

    public Task EndStreamAsync() => WriteAsync("0\r\n\r\n"u8.ToArray());

    public async Task WriteAsync(byte[] bytes) => await stream.WriteAsync(bytes, stop);

    /// <summary>Closes the connection in the middle of whatever is going on.</summary>
    public void Close()
    {
        IsClosed = true;
        stream.Close();
    }

    private async Task<string?> ReadLineAsync()
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, stop) > 0)
        {
            if (one[0] == (byte)'\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return null;
    }
}
