using System.Diagnostics;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>What networks leave behind: nothing. World looks after each test whether the host is as it was.</summary>
[Collection(Alone.Name)]
public sealed class LeftoverTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_killed_servers_network_is_removed_by_the_next_one()
    {
        await using var world = await World.OpenAsync();
        var options = TestRuntime.Options() with { Network = new NetworkOptions { HostNamespace = world.Host.Path } };
        var (server, init) = await CrashTests.StartServerAsync(options, "stays");
        try
        {
            Assert.Contains("table inet e2b_local_1", await NetworkTool.AskNftAsync(world.Host, "list", "tables"), StringComparison.Ordinal);
            Assert.Contains("e2b1@", await NetworkTool.AskIpAsync(world.Host, "link"), StringComparison.Ordinal);
            server.Kill();
            await server.WaitForExitAsync(TestRuntime.Token);

            // The system dismantles the router, and the link with it. The rules stay; they let nothing in that was not let in before.
            await UntilAsync(async () => !(await NetworkTool.AskIpAsync(world.Host, "link")).Contains("e2b1@", StringComparison.Ordinal), "the link is gone");
            Assert.Contains("table inet e2b_local_1", await NetworkTool.AskNftAsync(world.Host, "list", "tables"), StringComparison.Ordinal);
        }
        finally
        {
            server.Dispose();
            await using var next = await TestRuntime.OpenAsync(options);
            await CrashTests.UntilEndedAsync(init);
            await ProcessWatcher.Instance.WaitAsync(init);
        }

        // The first server's own is still there and works.
        Assert.Equal("table inet e2b_local_0\n", await NetworkTool.AskNftAsync(world.Host, "list", "tables"));
        await using var sandbox = await world.StartAsync();
        await world.AssertReachesAsync(sandbox, $"http://{World.WebAddress}/", reaches: true);
    }

    [Fact]
    public async Task Two_servers_do_not_meet()
    {
        await using var world = await World.OpenAsync();
        var options = TestRuntime.Options() with { Network = new NetworkOptions { HostNamespace = world.Host.Path } };
        await using (var second = await TestRuntime.OpenAsync(options))
        {
            Assert.Null(second.Runtime.NetworkFailure);
            Assert.NotEqual(world.Test.Runtime.Parts.Network!.Host.Claim.Link, second.Runtime.Parts.Network!.Host.Claim.Link);
            await using var sandbox = await second.StartAsync();
            Assert.StartsWith("answer ", (await second.ExecAsync(sandbox, $"curl -sS -m 8 http://{World.WebAddress}/")).Succeeded().Output, StringComparison.Ordinal);
        }

        // Forwarding stays on for the one that is left.
        await using var first = await world.StartAsync();
        await world.AssertReachesAsync(first, $"http://{World.WebAddress}/", reaches: true);
    }

    [Fact]
    public async Task A_hundred_sandboxes_leave_nothing()
    {
        await using var world = await World.OpenAsync();
        var router = world.Test.Runtime.Parts.Network!.Router;
        await RunSomeAsync(world, 4);
        await UntilLinksAreGoneAsync(router);
        var rules = await NetworkTool.AskNftAsync(router, "list", "ruleset");
        var descriptors = Descriptors();

        for (var i = 0; i < 24; i++)
        {
            await RunSomeAsync(world, 4);
        }

        await UntilLinksAreGoneAsync(router);
        Assert.Equal(rules, await NetworkTool.AskNftAsync(router, "list", "ruleset"));
        await UntilAsync(() => Task.FromResult(Descriptors() <= descriptors + 8), "descriptors are closed");
    }

    [Fact]
    public async Task An_address_that_the_host_uses_is_not_taken()
    {
        await using var world = await World.OpenAsync();
        await NetworkTool.IpAsync(world.Host, "route add 10.0.0.0/8 via 203.0.113.2\nroute add 172.29.212.0/24 via 203.0.113.2");
        var claims = TestRuntime.NewFolder();
        try
        {
            using var claim = await UplinkClaim.TakeAsync(claims, world.Host);
            Assert.Equal("172.29.213.0/30", claim.Link.ToString());
            using var second = await UplinkClaim.TakeAsync(claims, world.Host);
            Assert.Equal("172.29.213.4/30", second.Link.ToString());
        }
        finally
        {
            Directory.Delete(claims, recursive: true);
        }
    }

    [Fact]
    public async Task Forwarding_that_was_on_stays_on_and_is_nobodys_to_guard()
    {
        await using var world = await World.OpenAsync();
        using var host = NetworkNamespace.Create();
        await NetworkTool.IpAsync(host, "link set lo up\nlink add wan type veth peer name other\nlink set wan up\nlink set other up\naddress add 203.0.113.9/24 dev wan\nroute add default via 203.0.113.2 dev wan");
        host.Run(() => NetworkSettings.Set("ipv4/conf/wan/forwarding", "1"));
        var claims = TestRuntime.NewFolder();
        try
        {
            using (var forwarding = new Forwarding(claims, host))
            {
                Assert.False(await forwarding.RefreshAsync());
                Assert.Empty(forwarding.Opened);
            }

            Assert.Equal("1", host.Run(() => NetworkSettings.Get("ipv4/conf/wan/forwarding")));
            host.Run(() => NetworkSettings.Set("ipv4/conf/wan/forwarding", "0"));
            using var first = new Forwarding(claims, host);
            Assert.True(await first.RefreshAsync());
            using (var second = new Forwarding(claims, host))
            {
                Assert.True(await second.RefreshAsync());
                Assert.Equal(["wan"], second.Opened);
            }

            Assert.Equal("1", host.Run(() => NetworkSettings.Get("ipv4/conf/wan/forwarding")));
            first.Dispose();
            Assert.Equal("0", host.Run(() => NetworkSettings.Get("ipv4/conf/wan/forwarding")));
        }
        finally
        {
            Directory.Delete(claims, recursive: true);
        }
    }

    private static async Task RunSomeAsync(World world, int count)
    {
        var sandboxes = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => world.StartAsync()));
        await sandboxes[0].SetEgressAsync(Policies.Of(allow: "web.test", deny: Policies.Everything));
        await sandboxes[1].SetEgressAsync(EgressPolicy.Closed);
        await Task.WhenAll(sandboxes.Select(sandbox => sandbox.KillAsync()));
    }

    private static Task UntilLinksAreGoneAsync(NetworkNamespace router) => UntilAsync(
        async () => !(await NetworkTool.AskIpAsync(router, "link")).Contains(": sb", StringComparison.Ordinal), "the sandboxes' links are gone");

    private static int Descriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < _patience, $"Not so after {_patience}: {what}.");
            await Task.Delay(20, TestRuntime.Token);
        }
    }
}
