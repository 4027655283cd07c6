using E2B.LocalServer.Network;
using E2B.LocalServer.Tests.Network;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Attempts to use up what the network has for all sandboxes, in a world of the test's own.</summary>
public sealed class FloodAttempts
{
    private const int Flood = 40;
    private const int Share = 10;

    /// <summary>Connects as often as it may, and only then asks on each connection, so that all are open at once.</summary>
    private const string Connect = """
        python3 -c "
        import socket
        sockets, answered = [], 0
        for _ in range({flood}):
            try:
                sockets.append(socket.create_connection(('{address}', {port}), 20))
            except OSError:
                pass
        for one in sockets:
            try:
                one.sendall({question})
                answered += 1 if one.recv(99) else 0
            except OSError:
                pass
        print(answered)"
        """;

    [Fact]
    public async Task Connections_that_the_server_serves_are_shared()
    {
        // A question for web.test, as it is asked by TCP.
        const string Question = @"bytes.fromhex('001a000101000001000000000000037765620474657374000001 0001'.replace(' ', ''))";
        foreach (bool isOpen in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync(options => options with { MostServed = isOpen ? 100_000 : Share });
            int answered = await FloodAsync(world, SandboxNetwork.Gateway.ToString(), 53, Question);
            Assert.True(isOpen ? answered == Flood : answered is >= 1 and < Flood, $"{answered} were answered");

            // Nobody else has less for it.
            var neighbour = await world.StartAsync();
            await world.AssertReachesAsync(neighbour, "http://web.test/", reaches: true);
        }
    }

    [Fact]
    public async Task So_is_the_table_of_connections()
    {
        foreach (bool isOpen in (bool[])[true, false])
        {
            await using var world = await World.OpenAsync(options => options with { MostConnections = isOpen ? 100_000 : Share });
            int answered = await FloodAsync(world, World.WebAddress, 80, "b'GET / HTTP/1.0\\r\\n\\r\\n'");
            Assert.True(isOpen ? answered == Flood : answered is >= 1 and <= Share, $"{answered} were answered");
            var neighbour = await world.StartAsync();
            await world.AssertReachesAsync(neighbour, $"http://{World.WebAddress}/", reaches: true);
        }
    }

    private static async Task<int> FloodAsync(World world, string address, int port, string question)
    {
        var attacker = await world.StartAsync();
        string script = Connect
            .Replace("{flood}", Flood.ToString(null, null), StringComparison.Ordinal)
            .Replace("{address}", address, StringComparison.Ordinal)
            .Replace("{port}", port.ToString(null, null), StringComparison.Ordinal)
            .Replace("{question}", question, StringComparison.Ordinal);
        return int.Parse((await world.Test.ExecAsync(attacker, script)).Succeeded().Output, null);
    }
}
