using System.Buffers;
using System.Net.Sockets;

namespace E2B.LocalServer.Network.Ports;

/// <summary>Passes bytes both ways between two connections until both directions have ended.</summary>
internal static class Relay
{
    private const int BlockSize = 64 * 1024;

    /// <summary>Relays; the end of one direction is passed on and leaves the other open. Closes both at the end.</summary>
    public static async Task RunAsync(Socket first, Socket second, CancellationToken cancellationToken)
    {
        using (first)
        using (second)
        using (cancellationToken.Register(() => Close(first, second)))
        {
            await Task.WhenAll(PassAsync(first, second), PassAsync(second, first));
        }
    }

    private static async Task PassAsync(Socket from, Socket to)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (await from.ReceiveAsync(block) is > 0 and var count)
            {
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(block.AsMemory(sent, count - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Broken on one side: broken on both, so that nobody takes a part for the whole.
            Close(from, to);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    // With a reset: an orderly end would say that everything had arrived.
    private static void Close(params ReadOnlySpan<Socket> sockets)
    {
        foreach (var socket in sockets)
        {
            try
            {
                socket.Close(0);
            }
            catch (ObjectDisposedException)
            {
            }
        }
    }
}
