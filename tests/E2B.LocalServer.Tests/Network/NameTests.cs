using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Network;
using E2B.LocalServer.Network.Ports;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>Looking names up, and rules that allow names.</summary>
public sealed class NameTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    [Fact]
    public async Task Names_are_looked_up_by_the_hosts_resolvers()
    {
        var world = shared.World;
        await using var sandbox = await world.StartAsync();

        Assert.Equal($"answer at {World.WebAddress} to {World.HostAddress}\n", await world.FetchAsync(sandbox, "http://web.test/"));
        Assert.Contains("web.test", world.Lookups);
        Assert.Contains("resolve host", await world.FetchAsync(sandbox, "http://unknown.test/"), StringComparison.OrdinalIgnoreCase);

        // Over TCP as well.
        Assert.Equal("0.81.81\n", (await world.Test.ExecAsync(sandbox, $"""
            python3 -c "
            import socket, struct
            q = bytes([0, 81, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3]) + b'web' + bytes([4]) + b'test' + bytes([0, 0, 1, 0, 1])
            s = socket.create_connection(('{SandboxNetwork.Gateway}', 53), timeout=20); s.send(struct.pack('!H', len(q)) + q)
            r = s.recv(999); print('%d.%d.%x' % (r[2], r[3], r[4]))"
            """)).Succeeded().Output);
    }

    [Theory]
    [InlineData("web.test", "web.test", true)]
    [InlineData("web.test", "WEB.test", true)]
    [InlineData("web.test", "other.test", false)]
    [InlineData("web.test", "sub.web.test", false)]
    [InlineData("*.web.test", "sub.web.test", true)]
    [InlineData("*.web.test", "web.test", false)]
    [InlineData("*", "other.test", true)]
    public async Task A_name_is_allowed_while_the_rest_is_denied(string allow, string name, bool reaches)
    {
        var world = shared.World;
        await using var sandbox = await StartAsync(world, allow);

        await world.AssertReachesAsync(sandbox, $"http://{name}/", reaches);
        await world.AssertReachesAsync(sandbox, $"https://{name}/", reaches, "--insecure");
    }

    [Fact]
    public async Task What_is_allowed_by_name_goes_where_the_name_leads()
    {
        var world = shared.World;
        await using var sandbox = await StartAsync(world, "web.test");

        // The sandbox says that web.test were the other one.
        Assert.StartsWith($"answer at {World.WebAddress} ", await world.FetchAsync(sandbox, "http://web.test/", $"--resolve web.test:80:{World.OtherWebAddress}"), StringComparison.Ordinal);
        Assert.StartsWith($"answer at {World.WebAddress} ", await world.FetchAsync(sandbox, $"http://{World.OtherWebAddress}/", "-H 'Host: web.test'"), StringComparison.Ordinal);
        Assert.StartsWith($"answer at {World.WebAddress} ", await world.FetchAsync(sandbox, "https://web.test/", $"--insecure --resolve web.test:443:{World.OtherWebAddress}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_not_reached()
    {
        var world = shared.World;
        await using var sandbox = await StartAsync(world, "inner.test 10.9.8.7 10.9.8.7.nip.test");
        world.Names["10.9.8.7.nip.test"] = "10.9.8.7";

        await world.AssertReachesAsync(sandbox, "http://inner.test/", reaches: false);
        foreach (var header in (string[])["inner.test", "10.9.8.7", "10.9.8.7.nip.test"])
        {
            await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", reaches: false, $"-H 'Host: {header}'");
        }
    }

    [Fact]
    public async Task Even_the_servers_own_connections_do_not_get_inside()
    {
        foreach (var open in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync(open
                ? options => options with
                {
                    RouterRules = rules => rules.Replace("oifname \"uplink\" ip daddr @forbidden reject", "oifname \"uplink\" ip daddr 192.168.77.7 reject", StringComparison.Ordinal),
                    HostRules = rules => rules.Replace("ip daddr @forbidden reject", "ip daddr 192.168.77.7 reject", StringComparison.Ordinal),
                }
            : null);
            using var socket = NetworkSockets.Tcp(world.Test.Runtime.Parts.Network!.Router);

            // A connection from here is not told that it was refused, and would try for two minutes. Without the rule it is there at once.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestRuntime.Token);
            limit.CancelAfter(open ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(5));
            var attempt = socket.ConnectAsync(IPAddress.Parse(World.Forbidden[0]), 80, limit.Token).AsTask();
            if (open)
            {
                await attempt;
            }
            else
            {
                Exception refused = await Assert.ThrowsAnyAsync<Exception>(() => attempt);
                Assert.True(refused is SocketException or OperationCanceledException, refused.ToString());
                Assert.False(socket.Connected);
            }
        }
    }

    [Fact]
    public async Task Addresses_and_other_ports_are_as_their_own_rules_say()
    {
        var world = shared.World;
        await using var server = new TcpService(world.Internet, new IPEndPoint(IPAddress.Any, 8080), World.AnswerAsync);
        await using var sandbox = await StartAsync(world, "web.test " + World.OtherWebAddress);

        await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", reaches: false);
        await world.AssertReachesAsync(sandbox, "http://web.test:8080/", reaches: false);
        await world.AssertReachesAsync(sandbox, $"http://{World.OtherWebAddress}/", reaches: true);
        await world.AssertReachesAsync(sandbox, $"http://{World.OtherWebAddress}:8080/", reaches: true);
    }

    [Fact]
    public async Task The_proxy_is_not_reached_but_by_being_led_there()
    {
        var world = shared.World;
        await using var sandbox = await StartAsync(world, "web.test");
        var ports = world.Test.Runtime.Parts.Network!.Router.Run(() => File.ReadAllLines("/proc/thread-self/net/tcp"))
            .Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(columns => columns[3] == "0A")
            .Select(columns => Convert.ToInt32(columns[1].Split(':')[1], 16)).Where(port => port != 53).ToArray();

        Assert.Equal(2, ports.Length);
        foreach (var port in ports)
        {
            await world.AssertReachesAsync(sandbox, $"http://{SandboxNetwork.Gateway}:{port}/", reaches: false, "-H 'Host: web.test'");
        }
    }

    [Theory]
    [InlineData("other.test", false)]
    [InlineData("*.test", true)]
    public async Task A_change_closes_what_it_no_longer_allows_by_name(string allow, bool stays)
    {
        var world = shared.World;
        var arrived = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        world.Names["slow.test"] = "198.51.100.30";
        await using var server = new TcpService(world.Internet, new IPEndPoint(IPAddress.Parse("198.51.100.30"), 80), async (client, ending) =>
        {
            await client.ReceiveAsync(new byte[4096], ending);
            arrived.SetResult();
            await go.Task;
            await client.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nanswer "u8.ToArray(), ending);
        });
        await using var sandbox = await StartAsync(world, "slow.test");
        var fetching = world.FetchAsync(sandbox, "http://slow.test/", "-m 20");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20), TestRuntime.Token);

        await sandbox.SetEgressAsync(Policies.Of(allow, Policies.Everything));
        if (!stays)
        {
            Assert.StartsWith("failed: ", await fetching, StringComparison.Ordinal);
        }

        go.SetResult();
        Assert.Equal(stays, await fetching == "answer ");
    }

    [Fact]
    public async Task Large_bodies_pass_both_ways()
    {
        var world = shared.World;
        world.Names["echo.test"] = "198.51.100.30";
        await using var server = new TcpService(world.Internet, new IPEndPoint(IPAddress.Parse("198.51.100.30"), 80), async (client, ending) =>
        {
            // A head, then what came after the request's head, until the client has said all.
            await using var stream = new NetworkStream(client, ownsSocket: false);
            var all = new MemoryStream();
            await stream.CopyToAsync(all, ending);
            var head = all.GetBuffer().AsSpan(0, (int)all.Length).IndexOf("\r\n\r\n"u8) + 4;
            await stream.WriteAsync(all.GetBuffer().AsMemory(head, (int)all.Length - head), ending);
            client.Shutdown(SocketShutdown.Send);
        });
        await using var sandbox = await StartAsync(world, "echo.test");

        Assert.Equal("same\n", (await world.Test.ExecAsync(sandbox, """
            python3 -c "
            import os, socket, threading
            data = os.urandom(20_000_000)
            s = socket.create_connection(('echo.test', 80), timeout=30)
            def send(): s.sendall(b'PUT / HTTP/1.1\r\nHost: echo.test\r\n\r\n' + data); s.shutdown(socket.SHUT_WR)
            threading.Thread(target=send).start()
            back = b''.join(iter(lambda: s.recv(1 << 20), b''))
            print('same' if back == data else len(back))"
            """)).Succeeded().Output);
    }

    private static async Task<RunningSandbox> StartAsync(World world, string allow)
    {
        var sandbox = await world.StartAsync();
        await sandbox.SetEgressAsync(Policies.Of(allow, Policies.Everything));
        return sandbox;
    }
}
