using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace E2B.EndToEnd.Tests;

/// <summary>Stands between a client and the server, on real sockets, and cuts all that goes through it when it is told.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<TcpClient, bool> _open = new();
    private readonly int _targetPort;
    private readonly Task _running;
    private volatile bool _isShut;

    public CuttingProxy(Uri target)
    {
        _targetPort = target.Port;
        _listener.Start();
        _running = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Cuts all connections, and lets in new ones or not.</summary>
    /// <returns>How many there were.</returns>
    public int Cut(bool letIn)
    {
        _isShut = !letIn;
        TcpClient[] open = [.. _open.Keys];
        foreach (TcpClient client in open)
        {
            client.Client.Close(0);
        }

        return open.Length;
    }

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
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            _open[client] = true;
            try
            {
                if (!_isShut)
                {
                    client.NoDelay = server.NoDelay = true;
                    await server.ConnectAsync(IPAddress.Loopback, _targetPort, _stop.Token);
                    await await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                // One of them has gone, or the test is over.
            }
            finally
            {
                _open.TryRemove(client, out _);
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to) => await from.GetStream().CopyToAsync(to.GetStream(), _stop.Token);
}
