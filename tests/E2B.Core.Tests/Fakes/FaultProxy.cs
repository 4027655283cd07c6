using System.Net;
using System.Net.Sockets;

namespace E2B.Core.Tests.Fakes;

internal enum Fault
{
    /// <summary>The connection is closed.</summary>
    Cut,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>Nothing more comes, and nobody says so.</summary>
    Stall,

    /// <summary>One byte is another one.</summary>
    Garble,
}

/// <summary>Stands between a client and a server, on real sockets, and spoils what its first connection brings back at one byte.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _targetPort;
    private readonly Fault _fault;
    private readonly int _at;
    private readonly Task _running;
    private int _connections;
    private long _broughtBack;

    public FaultProxy(Uri target, Fault fault, int at)
    {
        (_targetPort, _fault, _at) = (target.Port, fault, at);
        _listener.Start();
        _running = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many bytes the first connection has brought back.</summary>
    public long BroughtBack => Interlocked.Read(ref _broughtBack);

    /// <summary>Lets nobody in any more; those who are stay.</summary>
    public void Refuse() => _listener.Stop();

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
                serving.Add(ServeAsync(client, isFirst: Interlocked.Increment(ref _connections) == 1));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client, bool isFirst)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _targetPort, _stop.Token);
                Task up = PumpAsync(client.GetStream(), server.GetStream());
                Task down = isFirst ? SpoilAsync(server.GetStream(), client) : PumpAsync(server.GetStream(), client.GetStream());
                await await Task.WhenAny(up, down);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One of them has gone, or the test is over.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private async Task SpoilAsync(NetworkStream from, TcpClient to)
    {
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, _stop.Token)) > 0)
        {
            int position = (int)BroughtBack;
            Interlocked.Add(ref _broughtBack, read);
            if (_at < position || _at >= position + read)
            {
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                continue;
            }

            int good = _at - position;
            if (_fault == Fault.Garble)
            {
                buffer[good] ^= 0xff;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
                continue;
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(0, good), _stop.Token);
            if (_fault == Fault.Stall)
            {
                await Task.Delay(Timeout.Infinite, _stop.Token);
            }

            to.LingerState = new LingerOption(_fault == Fault.Reset, 0);
            return;
        }
    }
}
