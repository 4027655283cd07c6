using System.Net.Sockets;
using E2B.LocalServer.Native;

namespace E2B.LocalServer.Network.Ports;

/// <summary>Makes sockets that belong to a network namespace.</summary>
internal static class NetworkSockets
{
    public static Socket Tcp(NetworkNamespace? where, AddressFamily family = AddressFamily.InterNetwork) =>
        Make(where, family, SocketType.Stream, ProtocolType.Tcp);

    public static Socket Udp(NetworkNamespace? where, AddressFamily family = AddressFamily.InterNetwork) =>
        Make(where, family, SocketType.Dgram, ProtocolType.Udp);

    private static Socket Make(NetworkNamespace? where, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        var socket = where is null ? new Socket(family, type, protocol) : where.Run(() => new Socket(family, type, protocol));
        if (type == SocketType.Stream)
        {
            socket.NoDelay = true;
        }

        return socket;
    }
}
