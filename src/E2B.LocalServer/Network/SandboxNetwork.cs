using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network.Egress;
using E2B.LocalServer.Network.Names;
using E2B.LocalServer.Network.Ports;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Network;

/// <summary>
/// The network of a server's sandboxes: a router in a network namespace of its own, to which each sandbox has a link.
/// Everything that concerns one sandbox lies there, out of the host's sight and gone with the server however that
/// ends; the host has one interface and one table of rules.
/// </summary>
internal sealed class SandboxNetwork : IAsyncDisposable
{
    private const string SandboxInterface = "eth0";

    /// <summary>As long as RFC 5382 wants silent connections to be kept.</summary>
    private const string EstablishedSeconds = "7440";

    private readonly NetworkNamespace _router;
    private readonly NetworkOptions _options;
    private readonly AddressPool _addresses = new();
    private readonly ConcurrentDictionary<IPAddress, SandboxLink> _links = new();
    private readonly SemaphoreSlim _rules = new(1, 1);
    private readonly List<IAsyncDisposable> _services = [];
    private HostSide? _host;
    private int _lastLink;
    private bool _ended;

    private SandboxNetwork(NetworkNamespace router, NetworkOptions options)
    {
        _router = router;
        _options = options;
    }

    /// <summary>The router, as every sandbox knows it: it answers for names, and where ports of the host are opened.</summary>
    public static IPAddress Gateway { get; } = IPAddress.Parse("169.254.77.1");

    /// <summary>The gateway's name in sandboxes.</summary>
    public const string GatewayName = "host.e2b.internal";

    /// <summary>The router, for tests to look into.</summary>
    internal NetworkNamespace Router => _router;

    internal HostSide Host => _host!;

    /// <summary>Makes the router and joins it to the host.</summary>
    /// <exception cref="NetworkException">This machine cannot do it; the message says what is missing.</exception>
    public static async Task<SandboxNetwork> OpenAsync(NetworkOptions options, string sharedDirectory, ILogger log)
    {
        if (HostPrograms.Missing(HostPrograms.NeededByNetwork) is { } missing)
        {
            throw new NetworkException(missing);
        }

        var network = new SandboxNetwork(NetworkNamespace.Create(), options);
        try
        {
            await network.StartAsync(sharedDirectory, log);
            return network;
        }
        catch (Exception e)
        {
            await network.DisposeAsync();
            throw e is IOException or UnauthorizedAccessException or SocketException ? new NetworkException(e.Message, e) : e;
        }
    }

    /// <summary>Links a process's network, in which there is nothing but its loopback, to the router.</summary>
    /// <param name="sandbox">The network.</param>
    public async Task<SandboxLink> AttachAsync(NetworkNamespace sandbox)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (sandbox.Name == _host!.Namespace.Name)
        {
            throw new NetworkException("a sandbox that shares the host's network cannot be linked to another");
        }

        var name = RouterRules.LinkPrefix + Interlocked.Increment(ref _lastLink).ToString(CultureInfo.InvariantCulture);
        var address = _addresses.Take();
        await NetworkTool.IpAsync(_router, $"""
            link add {name} type veth peer name {SandboxInterface} netns {sandbox.Path}
            address add {Gateway} peer {address} dev {name}
            link set {name} up
            """);
        sandbox.Run(() => NetworkSettings.WithoutIPv6(SandboxInterface));
        await NetworkTool.IpAsync(sandbox, $"""
            address add {address} peer {Gateway} dev {SandboxInterface}
            link set {SandboxInterface} up
            route add default via {Gateway} dev {SandboxInterface}
            """);
        var link = new SandboxLink(this, name, address);
        _links[address] = link;
        return link;
    }

    /// <summary>Removes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended = true;
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        _services.Clear();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _router.Dispose();
    }

    internal async Task ChangeAsync(string script)
    {
        await _rules.WaitAsync();
        try
        {
            await NetworkTool.NftAsync(_router, script);
        }
        finally
        {
            _rules.Release();
        }
    }

    internal async Task DetachAsync(SandboxLink link, string? script)
    {
        _links.TryRemove(link.Address, out _);

        // At the end of all, the router itself goes.
        if (script is not null && !_ended)
        {
            await ChangeAsync(script);
        }

        _addresses.Return(link.Address);
    }

    private async Task StartAsync(string sharedDirectory, ILogger log)
    {
        _router.Run(() =>
        {
            NetworkSettings.Set("ipv4/ip_forward", "1");

            // A sandbox that names another's address as its own is not heard.
            NetworkSettings.Set("ipv4/conf/all/rp_filter", "1");
            return NetworkSettings.WithoutIPv6("all") && NetworkSettings.WithoutIPv6("default");
        });
        _host = await HostSide.OpenAsync(_options, sharedDirectory, _router, log);
        var claim = _host.Claim;
        await NetworkTool.IpAsync(_router, $"""
            link set lo up
            address add {Gateway}/32 dev lo
            address add {claim.RouterAddress}/30 dev {RouterRules.Uplink}
            link set {RouterRules.Uplink} up
            route add default via {claim.HostAddress} dev {RouterRules.Uplink}
            """);

        var upstream = new DnsUpstream(_host.Namespace, new ResolverList(_options.Resolvers));
        var proxy = Add(new NameProxy(_router, new NameLookup(upstream), LinkOf, _options.MostServed));
        var rules = RouterRules.Build(proxy.HttpPort, proxy.TlsPort, _options.HostPorts);
        await NetworkTool.NftAsync(_router, _options.RouterRules?.Invoke(rules) ?? rules);
        try
        {
            await NetworkTool.NftAsync(_router, RouterRules.Limit(_options.MostConnections));
        }
        catch (NetworkException e)
        {
            log.LogWarning("This kernel cannot limit how many connections a sandbox has (modprobe nft_connlimit): one can use up the machine's. {Reason}", e.Message);
        }

        // A sandbox that is killed says no goodbye to those it talked with; its connections need not be known for days.
        _router.Run(() => NetworkSettings.Set("netfilter/nf_conntrack_tcp_timeout_established", EstablishedSeconds));
        Add(new DnsForwarder(_router, Gateway, upstream, _options));
        foreach (var port in _options.HostPorts)
        {
            Add(new TcpService(_router, new IPEndPoint(Gateway, port), (socket, ending) => RelayToHostAsync(socket, port, ending), _options.MostServed));
        }
    }

    private T Add<T>(T service)
        where T : IAsyncDisposable
    {
        _services.Add(service);
        return service;
    }

    private SandboxLink? LinkOf(IPAddress address) => _links.GetValueOrDefault(address);

    private async Task RelayToHostAsync(Socket client, int port, CancellationToken ending)
    {
        if (LinkOf(((IPEndPoint)client.RemoteEndPoint!).Address) is not { } link)
        {
            return;
        }

        using var connection = link.Begin(policy => policy.Allows(Gateway), ending);
        var host = NetworkSockets.Tcp(_host!.Namespace);
        try
        {
            await host.ConnectAsync(IPAddress.Loopback, port, connection.Token);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        await Relay.RunAsync(client, host, connection.Token);
    }
}
