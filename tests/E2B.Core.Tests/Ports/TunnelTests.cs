using System.Net.Sockets;
using E2B.Core.Tests.Fakes;
using E2B.Ports.Tunnels;

namespace E2B.Core.Tests.Ports;

/// <summary>The parts of a tunnel that need no sandbox. tests/Pester/Tunnel.Tests.ps1 sends bytes through real ones.</summary>
public class TunnelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(1000)]
    public void Frames_are_read_however_they_are_cut(int cut)
    {
        byte[] sent = [0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 2, 4, 5, 0xFF, 0xFF, 0xFF, 0xFF, 9, 9];
        var frames = new RelayFrames.Reader();
        var carried = new List<byte>();
        foreach (byte[] part in sent.Chunk(cut))
        {
            ReadOnlyMemory<byte> piece = part;
            while (!piece.IsEmpty && !frames.IsEnded)
            {
                carried.AddRange(frames.Take(ref piece).ToArray());
            }
        }

        Assert.Equal([1, 2, 3, 4, 5], carried);
        Assert.True(frames.IsEnded);
    }

    [Fact]
    public void Half_a_header_is_no_end()
    {
        var frames = new RelayFrames.Reader();
        ReadOnlyMemory<byte> piece = new byte[] { 0xFF, 0xFF, 0xFF };

        Assert.True(frames.Take(ref piece).IsEmpty);
        Assert.True(piece.IsEmpty);
        Assert.False(frames.IsEnded);
    }

    [Fact]
    public async Task A_local_port_that_is_taken_is_an_error_that_names_it()
    {
        Sandbox sandbox = Client.Sandbox(FakeHandler.Silent());
        await using PortTunnel tunnel = sandbox.Ports.OpenTunnel(8000, new PortTunnelOptions { LocalPort = 0 });

        LocalPortException error = Assert.Throws<LocalPortException>(() => sandbox.Ports.OpenTunnel(8000, new PortTunnelOptions { LocalPort = tunnel.LocalPort }));

        Assert.Equal(tunnel.LocalPort, error.Port);
        Assert.Contains($"{tunnel.LocalPort}", error.Message, StringComparison.Ordinal);
        Assert.Equal((8000, "sbx1"), (tunnel.Port, tunnel.SandboxId));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(65536, 1)]
    [InlineData(0, 0)]
    public void Options_that_cannot_be_are_refused(int localPort, int connections) => Assert.Throws<E2BInvalidArgumentException>(
        () => Client.Sandbox(FakeHandler.Silent()).Ports.OpenTunnel(8000, new PortTunnelOptions { LocalPort = localPort, MaxConnections = connections }));

    [Fact]
    public async Task A_sandbox_that_is_gone_ends_the_tunnel_with_the_reason()
    {
        await using PortTunnel tunnel = Client.Sandbox(new FakeHandler(_ => Answers.Error(502, "The sandbox was not found"))).Ports
            .OpenTunnel(8000, new PortTunnelOptions { LocalPort = 0 });

        Assert.Equal(SocketError.ConnectionReset, await EndOfConnectionAsync(tunnel));
        E2BException reason = await Assert.ThrowsAnyAsync<E2BException>(() => tunnel.Completion.WaitAsync(TimeSpan.FromSeconds(30), Token));
        Assert.True(reason is SandboxNotFoundException or E2BTimeoutException { Kind: E2BTimeoutKind.SandboxEnded }, reason.ToString());
        using var late = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(tunnel.LocalEndPoint, Token).AsTask());
    }

    [Fact]
    public async Task What_fails_for_one_connection_is_told_and_the_tunnel_goes_on()
    {
        var handler = new FakeHandler(_ => Answers.Error(429));
        await using PortTunnel tunnel = Client.Sandbox(handler).Ports.OpenTunnel(8000, new PortTunnelOptions { LocalPort = 0 });

        Assert.Equal(SocketError.ConnectionReset, await EndOfConnectionAsync(tunnel));
        await using IAsyncEnumerator<PortTunnelFailure> failures = tunnel.ReadFailuresAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await failures.MoveNextAsync());
        Assert.Equal(PortTunnelFailureReason.Unreachable, failures.Current.Reason);
        Assert.IsType<E2BRateLimitException>(failures.Current.Exception);
        Assert.False(tunnel.Completion.IsCompleted);
        Assert.Equal(1, tunnel.TotalConnections);
    }

    [Fact]
    public async Task A_tunnel_that_is_disposed_of_has_ended_and_is_silent()
    {
        PortTunnel tunnel = Client.Sandbox(FakeHandler.Silent()).Ports.OpenTunnel(8000, new PortTunnelOptions { LocalPort = 0 });
        using var client = new TcpClient();
        await client.ConnectAsync(tunnel.LocalEndPoint, Token);

        await tunnel.DisposeAsync();

        await tunnel.Completion.WaitAsync(Token);
        await foreach (PortTunnelFailure failure in tunnel.ReadFailuresAsync(Token))
        {
            Assert.Fail(failure.Message);
        }

        Assert.Equal(0, tunnel.OpenConnections);
    }

    private static async Task<SocketError> EndOfConnectionAsync(PortTunnel tunnel)
    {
        // The reset can be quicker than the word that there is a connection.
        using var client = new TcpClient();
        SocketException error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            await client.ConnectAsync(tunnel.LocalEndPoint, Token);
            await client.Client.ReceiveAsync(new byte[1], SocketFlags.None, Token);
        });
        return error.SocketErrorCode;
    }
}
