using System.Net.Sockets;

namespace E2B;

/// <summary>A port of this machine cannot be listened on: another program has it, or it may not be used.</summary>
public sealed class LocalPortException : E2BException
{
    internal LocalPortException(int port, SocketException cause)
        : base(MessageFor(port, cause), cause)
    {
        Port = port;
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    private static string MessageFor(int port, SocketException cause) => cause.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"The port {port} of this machine is taken by another program. Choose another one, or 0 for a free one.",
        SocketError.AccessDenied => $"The port {port} of this machine may not be listened on by this user. Choose one above 1023, or 0 for a free one.",
        _ => $"The port {port} of this machine cannot be listened on: {cause.Message}. Choose another one, or 0 for a free one.",
    };
}
