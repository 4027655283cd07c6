using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Network;
using E2B.LocalServer.Network.Ports;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>What a sandbox's own rules allow and deny.</summary>
public sealed class PolicyTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    [Theory]
    [InlineData("", "", true, true)]
    [InlineData("", World.WebAddress, false, true)]
    [InlineData("", "198.51.100.0/24", false, false)]
    [InlineData("", Policies.Everything, false, false)]
    [InlineData(World.WebAddress, Policies.Everything, true, false)]
    [InlineData("198.51.100.16/28", Policies.Everything, false, true)]
    [InlineData(World.WebAddress, World.WebAddress, true, true)]
    [InlineData(World.WebAddress, "198.51.100.0/24 0.0.0.0/0 198.51.100.10", true, false)]
    [InlineData("198.51.100.0/24 198.51.100.10 198.51.100.0/25", Policies.Everything, true, true)]
    [InlineData(World.WebAddress, "", true, true)]
    public async Task What_is_allowed_counts_more_than_what_is_denied(string allow, string deny, bool web, bool other)
    {
        var world = shared.World;
        await using var sandbox = await world.StartAsync();
        await using var neighbour = await world.StartAsync();

        await sandbox.SetEgressAsync(Policies.Of(allow, deny));

        await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", web);
        await world.AssertReachesAsync(sandbox, $"http://{World.OtherWebAddress}/", other);
        await world.AssertReachesAsync(neighbour, $"http://{World.OtherWebAddress}/", reaches: true);
    }

    [Fact]
    public async Task A_closed_sandbox_has_its_loopback_alone()
    {
        var world = shared.World;
        await using var sandbox = await world.StartAsync();
        await world.AssertReachesAsync(sandbox, "http://web.test/", reaches: true);

        await sandbox.SetEgressAsync(EgressPolicy.Closed);

        var asked = world.Lookups.Count;
        await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", reaches: false);
        Assert.Contains("resolve host", await world.FetchAsync(sandbox, "http://web.test/", "--max-time 20"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(asked, world.Lookups.Count);
        (await world.Test.ExecAsync(sandbox, "(echo hello | timeout 20 python3 -m http.server 8000 --bind 127.0.0.1 > /dev/null 2>&1 &) ; until curl -s 127.0.0.1:8000 > /dev/null; do :; done")).Succeeded();

        await sandbox.SetEgressAsync(EgressPolicy.Open);
        await world.AssertReachesAsync(sandbox, "http://web.test/", reaches: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_cuts_what_it_denies(bool denies)
    {
        var world = shared.World;
        await using var server = new TcpService(world.Internet, new IPEndPoint(IPAddress.Parse(World.WebAddress), 7), EchoAsync);
        await using var sandbox = await world.StartAsync();
        var talking = world.Test.ExecAsync(sandbox, $"""
            python3 -c "
            import os, socket, time
            s = socket.create_connection(('{World.WebAddress}', 7), timeout=20); s.send(b'a'); print(s.recv(1).decode(), flush=True)
            open('/tmp/talked', 'w')
            while not os.path.exists('/tmp/go'): time.sleep(0.01)
            s.settimeout(2); s.send(b'b')
            try: print(s.recv(1).decode())
            except OSError as e: print('cut')"
            """);
        (await world.Test.ExecAsync(sandbox, "until [ -e /tmp/talked ]; do sleep 0.01; done")).Succeeded();

        await sandbox.SetEgressAsync(Policies.Of(deny: denies ? World.WebAddress : World.OtherWebAddress));
        (await world.Test.ExecAsync(sandbox, "touch /tmp/go")).Succeeded();

        Assert.Equal(denies ? "a\ncut\n" : "a\nb\n", (await talking).Succeeded().Output);
    }

    [Fact]
    public async Task Rules_that_cannot_be_set_leave_those_that_were()
    {
        var world = shared.World;
        await using var sandbox = await world.StartAsync();
        await sandbox.SetEgressAsync(Policies.Of(deny: World.WebAddress));

        // A chain of the next change's name is in its way.
        await NetworkTool.NftAsync(world.Test.Runtime.Parts.Network!.Router, $"add set ip sandboxes allowed_{sandbox.Link!.Name}v2 {{ type ipv6_addr; }}");
        await Assert.ThrowsAsync<NetworkException>(() => sandbox.SetEgressAsync(Policies.Of(allow: World.WebAddress, deny: Policies.Everything)));

        await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", reaches: false);
        await world.AssertReachesAsync(sandbox, $"http://{World.OtherWebAddress}/", reaches: true);
    }

    [Fact]
    public async Task Many_changes_at_once_end_in_one_of_them()
    {
        var world = shared.World;
        var sandboxes = await Task.WhenAll(world.StartAsync(), world.StartAsync());
        await Task.WhenAll(
            from i in Enumerable.Range(0, 40)
            let policy = (i % 4) switch
            {
                0 => EgressPolicy.Open,
                1 => EgressPolicy.Closed,
                2 => Policies.Of(allow: "web.test", deny: Policies.Everything),
                _ => Policies.Of(allow: World.WebAddress, deny: Policies.Everything),
            }
            select sandboxes[i % 2].SetEgressAsync(policy));

        foreach (var sandbox in sandboxes)
        {
            await sandbox.SetEgressAsync(Policies.Of(deny: World.WebAddress));
            await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", reaches: false);
            await world.AssertReachesAsync(sandbox, $"http://{World.OtherWebAddress}/", reaches: true);
            await sandbox.DisposeAsync();
        }
    }

    private static async Task EchoAsync(Socket client, CancellationToken ending)
    {
        var block = new byte[100];
        while (await client.ReceiveAsync(block, ending) is > 0 and var count)
        {
            await client.SendAsync(block.AsMemory(0, count), ending);
        }
    }
}
