using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Network.Ports;

/// <summary>
/// Connects to programs in a sandbox from inside its network namespace. So those that listen on the sandbox's
/// loopback only are reached too, as in the cloud, and no rule for what sandboxes reach outside has a say in it.
/// </summary>
internal sealed class SandboxPorts(NetworkNamespace sandbox, IPAddress? address) : IDisposable
{
    // The own address last: hardly any program listens on that alone.
    private readonly IPAddress[] _addresses = address is null ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback, IPAddress.IPv6Loopback, address];

    /// <summary>A connection to a port.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    public async Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var socket = NetworkSockets.Tcp(sandbox, _addresses[i].AddressFamily);
            try
            {
                await socket.ConnectAsync(_addresses[i], port, cancellationToken);
                return socket;
            }
            catch (SocketException) when (i < _addresses.Length - 1)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    public void Dispose() => sandbox.Dispose();
}
