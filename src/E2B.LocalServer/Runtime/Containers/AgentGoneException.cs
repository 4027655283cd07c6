using System.Net.Sockets;

namespace E2B.LocalServer.Runtime;

/// <summary>A sandbox's agent takes no connection: it has ended, or its sandbox has.</summary>
/// <remarks>
/// Of a Unix socket that is not there .NET says "Cannot assign requested address", which sends everybody to look for
/// addresses.
/// </remarks>
internal sealed class AgentGoneException(SocketException cause)
    : IOException(cause.SocketErrorCode == SocketError.AddressNotAvailable ? "the sandbox has ended: its agent's socket is gone" : $"its agent takes no connection: {cause.Message}", cause);
