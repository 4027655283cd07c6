using System.Net.Sockets;
using System.Text;
using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>Reaching programs in a sandbox from outside, with and without a network of its own.</summary>
public sealed class ReachTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("own")]
    public async Task A_program_is_reached_whatever_address_it_listens_on(string address)
    {
        await using var sandbox = await shared.World.StartAsync();
        await sandbox.SetEgressAsync(EgressPolicy.Closed);
        await ServeAsync(shared.World.Test, sandbox, address == "own" ? sandbox.Link!.Address.ToString() : address);

        Assert.Equal("hello", await AskAsync(sandbox));
    }

    [Fact]
    public async Task So_it_is_in_a_sandbox_that_has_its_loopback_alone()
    {
        await using var test = await TestRuntime.OpenAsync();
        await using var sandbox = await test.StartAsync();
        await ServeAsync(test, sandbox, "127.0.0.1");

        Assert.Equal("hello", await AskAsync(sandbox));
        await sandbox.SetEgressAsync(Policies.Of(deny: "8.8.8.8"));
        await Assert.ThrowsAsync<NotSupportedException>(() => sandbox.SetEgressAsync(Policies.Of(allow: "8.8.8.8")));
    }

    [Fact]
    public async Task A_machine_that_cannot_give_a_network_runs_sandboxes_all_the_same_and_says_why()
    {
        var options = TestRuntime.Options() with { Network = new NetworkOptions { HostNamespace = "/no/such/network" } };
        await using var test = await TestRuntime.OpenAsync(options);
        Assert.Contains("/no/such/network", test.Runtime.NetworkFailure, StringComparison.Ordinal);
        await using var sandbox = await test.StartAsync();

        Assert.Equal("lo\n", (await test.ExecAsync(sandbox, "ls /sys/class/net")).Succeeded().Output);
        Assert.DoesNotContain("nameserver", (await test.ExecAsync(sandbox, "cat /etc/resolv.conf")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_listens_it_says_so_at_once()
    {
        await using var sandbox = await shared.World.StartAsync();

        var refused = await Assert.ThrowsAsync<SocketException>(() => sandbox.ConnectPortAsync(8000, TestRuntime.Token));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    private static async Task ServeAsync(TestRuntime test, RunningSandbox sandbox, string address)
    {
        var family = address.Contains(':', StringComparison.Ordinal) ? "socket.AF_INET6" : "socket.AF_INET";
        var serving = test.ExecAsync(sandbox, $"""
            python3 -c "
            import os, socket
            s = socket.create_server(('{address}', 8000), family={family})
            if os.fork() == 0:
                os.setsid()
                for fd in (0, 1, 2): os.close(fd)
                c = s.accept()[0]; c.send(b'hello'); c.close()"
            """);
        (await serving).Succeeded();
    }

    private static async Task<string> AskAsync(RunningSandbox sandbox)
    {
        using var socket = await sandbox.ConnectPortAsync(8000, TestRuntime.Token);
        var block = new byte[100];
        return Encoding.ASCII.GetString(block, 0, await socket.ReceiveAsync(block, TestRuntime.Token));
    }
}
