using System.Net;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network;
using E2B.LocalServer.Network.Ports;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>
/// What sandboxes reach by default. What they must not reach is first reached by one without the rule in question:
/// otherwise its failure in a whole one would prove nothing.
/// </summary>
public sealed class EgressTests
{
    private const string ToHost = "iifname \"e2b0\" reject with icmpx type admin-prohibited";
    private const string RouterForbids = "ip daddr @forbidden reject with icmp type admin-prohibited";
    private const string HostForbids = "ip daddr @forbidden reject with icmpx type admin-prohibited";
    private const string OnlyToUplink = "oifname != \"uplink\" reject with icmp type admin-prohibited";

    [Fact]
    public async Task The_internet_is_reached_by_the_hosts_address()
    {
        await using var world = await World.OpenAsync();
        var sandbox = await world.StartAsync();

        Assert.Equal($"answer at {World.WebAddress} to {World.HostAddress}\n", await world.FetchAsync(sandbox, $"http://{World.WebAddress}/"));
    }

    [Fact]
    public async Task So_it_is_by_datagrams()
    {
        await using var world = await World.OpenAsync();
        using var server = NetworkSockets.Udp(world.Internet);
        server.Bind(new IPEndPoint(IPAddress.Parse(World.WebAddress), 9000));
        var sandbox = await world.StartAsync();
        var asking = world.Test.ExecAsync(sandbox, $"""
            python3 -c "
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(20); s.sendto(b'question', ('{World.WebAddress}', 9000)); print(s.recv(99).decode())"
            """);

        var block = new byte[100];
        var received = await server.ReceiveFromAsync(block, new IPEndPoint(IPAddress.Any, 0), TestRuntime.Token);
        await server.SendToAsync("reply"u8.ToArray(), received.RemoteEndPoint, TestRuntime.Token);

        Assert.Equal("reply\n", (await asking).Succeeded().Output);
    }

    [Fact]
    public async Task No_address_of_the_host_is_reached()
    {
        foreach (var open in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync(open ? options => options with { HostRules = rules => Without(rules, ToHost) } : null);
            var port = world.Serve(world.Host, IPAddress.Any, 0);
            var sandbox = await world.StartAsync();

            await world.AssertReachesAsync(sandbox, $"http://{World.HostAddress}:{port}/", open);
            await world.AssertReachesAsync(sandbox, $"http://{SandboxNetwork.Gateway}:{port}/", reaches: false);
            await world.AssertReachesAsync(sandbox, $"http://{world.Test.Runtime.Parts.Network!.Host.Claim.HostAddress}:{port}/", reaches: false);
            await world.AssertReachesAsync(sandbox, $"http://127.0.0.1:{port}/", reaches: false);
        }
    }

    [Fact]
    public async Task What_is_not_the_internet_is_not_reached()
    {
        await using (var open = await World.OpenAsync(options => options with
        {
            HostRules = rules => Without(rules, HostForbids),
            RouterRules = rules => Without(rules, RouterForbids),
        }))
        {
            var sandbox = await open.StartAsync();
            foreach (var address in World.Forbidden)
            {
                await open.AssertReachesAsync(sandbox, $"http://{address}/", reaches: true);
            }
        }

        await using var closed = await World.OpenAsync();
        var whole = await closed.StartAsync();
        foreach (var address in World.Forbidden)
        {
            await closed.AssertReachesAsync(whole, $"http://{address}/", reaches: false);
        }

        // Nobody's leave counts there.
        await whole.SetEgressAsync(Policies.Of(allow: string.Join(' ', World.Forbidden)));
        await closed.AssertReachesAsync(whole, $"http://{World.Forbidden[0]}/", reaches: false);
        await closed.AssertReachesAsync(whole, $"http://{World.WebAddress}/", reaches: true);
    }

    [Fact]
    public async Task The_hosts_rules_forbid_it_a_second_time()
    {
        await using var world = await World.OpenAsync(options => options with { RouterRules = rules => Without(rules, RouterForbids) });
        await world.AssertReachesAsync(await world.StartAsync(), $"http://{World.Forbidden[0]}/", reaches: false);
    }

    [Fact]
    public async Task Other_sandboxes_are_not_reached()
    {
        foreach (var open in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync(open ? options => options with { RouterRules = rules => Without(Without(rules, OnlyToUplink), RouterForbids) + "\nadd rule ip sandboxes passing iifname \"sb*\" accept\n" } : null);
            var server = await world.StartAsync();
            var client = await world.StartAsync();
            (await world.Test.ExecAsync(server, "cd /srv && echo 'answer of another' > index.html && (python3 -m http.server 8000 > /dev/null 2>&1 &) ; until curl -s localhost:8000; do :; done")).Succeeded();

            await world.AssertReachesAsync(client, $"http://{server.Link!.Address}:8000/", open);
        }
    }

    [Fact]
    public async Task A_sandbox_cannot_pass_for_another()
    {
        foreach (var open in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync();
            if (open)
            {
                world.Test.Runtime.Parts.Network!.Router.Run(() =>
                {
                    File.WriteAllText("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
                    return true;
                });
            }

            var victim = await world.StartAsync();
            var attacker = await world.StartAsync();
            using var server = NetworkSockets.Udp(world.Internet);
            server.Bind(new IPEndPoint(IPAddress.Parse(World.WebAddress), 9000));

            // As the victim, then as itself: what comes first tells whether the first was heard.
            (await world.Test.ExecAsync(attacker, $"""
                python3 -c "
                import socket, struct
                raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
                for source, text in (('{victim.Link!.Address}', b'forged'), ('{attacker.Link!.Address}', b'honest')):
                    udp = struct.pack('!HHHH', 7000, 9000, 8 + len(text), 0) + text
                    ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, socket.inet_aton(source), socket.inet_aton('{World.WebAddress}'))
                    raw.sendto(ip + udp, ('{World.WebAddress}', 0))"
                """)).Succeeded();

            var block = new byte[100];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestRuntime.Token);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            var length = await server.ReceiveAsync(block, limit.Token);
            Assert.Equal(open ? "forged" : "honest", System.Text.Encoding.ASCII.GetString(block, 0, length));
        }
    }

    [Fact]
    public async Task There_is_no_IPv6_but_the_own_loopback()
    {
        await using var world = await World.OpenAsync();
        var sandbox = await world.StartAsync();

        Assert.Equal("lo\n", (await world.Test.ExecAsync(sandbox, "awk '{ print $6 }' /proc/net/if_inet6")).Succeeded().Output);
        Assert.Equal(string.Empty, world.Test.Runtime.Parts.Network!.Router.Run(() => File.ReadAllText("/proc/thread-self/net/if_inet6")));
    }

    [Fact]
    public async Task A_named_port_of_the_hosts_loopback_is_reached_and_no_other()
    {
        await using var probe = new TcpService(null, new IPEndPoint(IPAddress.Loopback, 0), (_, _) => Task.CompletedTask);
        var port = probe.Port;
        await using var world = await World.OpenAsync(options => options with { HostPorts = [port] });
        world.Serve(world.Host, IPAddress.Loopback, port);
        var other = world.Serve(world.Host, IPAddress.Loopback, 0);
        var sandbox = await world.StartAsync();

        Assert.Equal("answer at 127.0.0.1 to 127.0.0.1\n", await world.FetchAsync(sandbox, $"http://{SandboxNetwork.GatewayName}:{port}/"));
        await world.AssertReachesAsync(sandbox, $"http://{SandboxNetwork.GatewayName}:{other}/", reaches: false);

        await sandbox.SetEgressAsync(EgressPolicy.Closed);
        await world.AssertReachesAsync(sandbox, $"http://{SandboxNetwork.GatewayName}:{port}/", reaches: false);
        await sandbox.SetEgressAsync(Policies.Of(allow: SandboxNetwork.Gateway.ToString(), deny: Policies.Everything));
        await world.AssertReachesAsync(sandbox, $"http://{SandboxNetwork.GatewayName}:{port}/", reaches: true);
    }

    [Fact]
    public async Task The_host_does_not_become_its_neighbours_router()
    {
        foreach (var open in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync(open ? options => options with { HostRules = rules => Without(rules, "iifname \"wan\" ct state new drop") } : null);
            using var lan = NetworkNamespace.Create();
            await NetworkTool.IpAsync(world.Host, $"""
                link add lan type veth peer name inner netns {lan.Path}
                address add 198.18.0.1/24 dev lan
                link set lan up
                """);
            await NetworkTool.IpAsync(lan, "link set lo up\naddress add 198.18.0.2/24 dev inner\nlink set inner up\nroute add default via 198.18.0.1");
            await NetworkTool.IpAsync(world.Internet, $"route add 198.18.0.0/24 via {World.HostAddress}");
            world.Host.Run(() =>
            {
                File.WriteAllText("/proc/sys/net/ipv4/conf/lan/forwarding", "1");
                return true;
            });
            world.Serve(lan, IPAddress.Any, 80);

            using var client = NetworkSockets.Tcp(world.Internet);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestRuntime.Token);
            limit.CancelAfter(TimeSpan.FromSeconds(open ? 20 : 1.5));
            var attempt = client.ConnectAsync(IPAddress.Parse("198.18.0.2"), 80, limit.Token).AsTask();
            if (open)
            {
                await attempt;
            }
            else
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
            }
        }
    }

    private static string Without(string rules, string rule)
    {
        Assert.Contains(rule, rules, StringComparison.Ordinal);
        return rules.Replace(rule, string.Empty, StringComparison.Ordinal);
    }
}
