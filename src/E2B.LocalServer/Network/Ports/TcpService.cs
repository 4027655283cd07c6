using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Network.Ports;

/// <summary>Listens on a TCP port of a namespace and serves each connection by itself.</summary>
internal sealed class TcpService : IAsyncDisposable
{
    private const int Backlog = 256;
    private readonly Socket _listener;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly ClientCount? _clients;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _accepting;

    /// <param name="where">Where to listen; this program's own namespace when there is none.</param>
    /// <param name="address">On which address and port; port 0 takes a free one.</param>
    /// <param name="serve">What serves a connection, which is closed when that ends. Its failures end that connection only.</param>
    /// <param name="mostOfOne">How many connections one client may have; what is beyond that is closed at once. Any number when there is none.</param>
    public TcpService(NetworkNamespace? where, IPEndPoint address, Func<Socket, CancellationToken, Task> serve, int? mostOfOne = null)
    {
        _serve = serve;
        _clients = mostOfOne is { } most ? new ClientCount(most) : null;
        _listener = NetworkSockets.Tcp(where);
        try
        {
            _listener.Bind(address);
            _listener.Listen(Backlog);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>Stops listening and breaks off what is open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ending.IsCancellationRequested)
        {
            await _ending.CancelAsync();
            _listener.Dispose();
        }

        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptAsync(_ending.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A connection that was gone before it was taken, or no descriptor left for it.
                await Task.Delay(20);
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        IPAddress? client = null;
        try
        {
            client = ((IPEndPoint)connection.RemoteEndPoint!).Address;
            if (_clients?.TryEnter(client) == false)
            {
                client = null;
                return;
            }

            connection.NoDelay = true;
            await _serve(connection, _ending.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidDataException)
        {
            // There is nobody to tell but the client, who sees the connection end.
        }
        finally
        {
            connection.Dispose();
            if (client is not null)
            {
                _clients?.Leave(client);
            }
        }
    }
}
