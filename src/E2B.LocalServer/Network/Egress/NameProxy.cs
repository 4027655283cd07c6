using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network.Names;
using E2B.LocalServer.Network.Ports;

namespace E2B.LocalServer.Network.Egress;

/// <summary>
/// Enforces what is allowed by name. The router leads the web traffic of sandboxes with such rules here; the name
/// stands in the request's <c>Host</c> or in TLS's server name. What is allowed by name goes to where that name leads
/// by our own lookup, never to the address the sandbox chose: that could be anybody's.
/// </summary>
internal sealed class NameProxy : IAsyncDisposable
{
    private const int LargestHead = 64 * 1024;
    private const int LargestFirstRead = 4096;
    private const int IpLevel = 0;
    private const int OriginalDestination = 80;
    private static readonly TimeSpan _headLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _connectLimit = TimeSpan.FromSeconds(30);

    private readonly NetworkNamespace _router;
    private readonly NameLookup _names;
    private readonly Func<IPAddress, SandboxLink?> _linkOf;
    private readonly TcpService _http;
    private readonly TcpService _tls;

    public NameProxy(NetworkNamespace router, NameLookup names, Func<IPAddress, SandboxLink?> linkOf, int mostOfOne)
    {
        _router = router;
        _names = names;
        _linkOf = linkOf;
        _http = new TcpService(router, new IPEndPoint(IPAddress.Any, 0), (socket, ending) => ServeAsync(socket, HttpHost.TryFindName, ending), mostOfOne);
        _tls = new TcpService(router, new IPEndPoint(IPAddress.Any, 0), (socket, ending) => ServeAsync(socket, ClientHello.TryFindName, ending), mostOfOne);
    }

    private delegate bool NameFinder(ReadOnlySpan<byte> bytes, out string? name);

    public int HttpPort => _http.Port;

    public int TlsPort => _tls.Port;

    public async ValueTask DisposeAsync()
    {
        await _http.DisposeAsync();
        await _tls.DisposeAsync();
    }

    private async Task ServeAsync(Socket client, NameFinder find, CancellationToken ending)
    {
        if (_linkOf(((IPEndPoint)client.RemoteEndPoint!).Address) is not { } link)
        {
            return;
        }

        var destination = OriginalDestinationOf(client);
        var (head, name) = await ReadHeadAsync(client, find, ending);

        // Registered before it is judged: a change of the policy in between ends it too.
        using var connection = link.Begin(policy => IsAllowed(policy, name, destination.Address), ending);
        if (!IsAllowed(link.Policy, name, destination.Address))
        {
            return;
        }

        var server = name is not null && link.Policy.Allows(name)
            ? await ConnectByNameAsync(name, destination.Port, connection.Token)
            : await ConnectAsync([destination.Address], destination.Port, connection.Token);
        await server.SendAsync(head, connection.Token);
        await Relay.RunAsync(client, server, connection.Token);
    }

    private static bool IsAllowed(EgressPolicy policy, string? name, IPAddress address) =>
        (name is not null && policy.Allows(name)) || policy.Allows(address);

    private static async Task<(ReadOnlyMemory<byte> Head, string? Name)> ReadHeadAsync(Socket client, NameFinder find, CancellationToken ending)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
        limit.CancelAfter(_headLimit);
        var head = new byte[LargestFirstRead];
        var length = 0;
        string? name = null;
        while (length < LargestHead)
        {
            if (length == head.Length)
            {
                Array.Resize(ref head, head.Length * 2);
            }

            int count;
            try
            {
                count = await client.ReceiveAsync(head.AsMemory(length), limit.Token);
            }
            catch (OperationCanceledException) when (!ending.IsCancellationRequested)
            {
                break; // a client that waits for the server to speak first: then the address alone counts
            }

            length += count;
            if (count == 0 || find(head.AsSpan(0, length), out name))
            {
                break;
            }
        }

        return (head.AsMemory(0, length), string.IsNullOrEmpty(name) ? null : name.TrimEnd('.'));
    }

    private async Task<Socket> ConnectByNameAsync(string name, int port, CancellationToken cancellationToken)
    {
        var found = IPAddress.TryParse(name, out var literal) ? [literal] : await _names.FindAsync(name, cancellationToken);

        // The router refuses these too; a name that leads inside is not worth a try.
        IPAddress[] outside = [.. found.Where(address => !ForbiddenRanges.Contains(address))];
        return outside.Length > 0
            ? await ConnectAsync(outside, port, cancellationToken)
            : throw new InvalidDataException($"'{name}' leads to no address of the internet");
    }

    // From the router, so that its rules, and the host's, hold for what is sent on behalf of a sandbox.
    private async Task<Socket> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_connectLimit);
        for (var i = 0; ; i++)
        {
            var socket = NetworkSockets.Tcp(_router);
            try
            {
                await socket.ConnectAsync(addresses[i], port, limit.Token);
                return socket;
            }
            catch (SocketException) when (i < addresses.Length - 1)
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

    private static IPEndPoint OriginalDestinationOf(Socket client)
    {
        // sockaddr_in: family, port, address.
        Span<byte> address = stackalloc byte[16];
        client.GetRawSocketOption(IpLevel, OriginalDestination, address);
        return new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
    }
}
