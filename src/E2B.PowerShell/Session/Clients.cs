using System.Runtime.CompilerServices;

namespace E2B.PowerShell.Session;

/// <summary>One client, and with it one pool of network connections, for each connection object.</summary>
internal static class Clients
{
    private static readonly ConditionalWeakTable<E2BConnection, E2BClient> _clients = [];

    public static E2BClient For(E2BConnection connection) => _clients.GetValue(connection, static c => new E2BClient(c));
}
