using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network.Ports;

namespace E2B.LocalServer.Network.Names;

/// <summary>Asks the resolvers from the host's network, so that one on the host's loopback can be asked as well.</summary>
internal sealed class DnsUpstream(NetworkNamespace host, ResolverList resolvers)
{
    private const int LargestMessage = 65_535;
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(4);

    /// <summary>The answer to a message, from the first resolver that gives one.</summary>
    /// <returns><see langword="null"/> when none does.</returns>
    public async Task<byte[]?> AskAsync(ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        foreach (var resolver in resolvers.Current)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_limit);
            try
            {
                return await AskAsync(resolver, question, limit.Token);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next one.
            }
        }

        return null;
    }

    /// <summary>A TCP connection to the first resolver that takes one.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var resolver = resolvers.Current[i];
            var socket = NetworkSockets.Tcp(host, resolver.AddressFamily);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_limit);
            try
            {
                await socket.ConnectAsync(resolver, limit.Token);
                return socket;
            }
            catch (Exception) when (i < resolvers.Current.Count - 1 && !cancellationToken.IsCancellationRequested)
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

    private async Task<byte[]> AskAsync(IPEndPoint resolver, ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        // A socket for each question, so with a port of its own, that hears the resolver only.
        using var socket = NetworkSockets.Udp(host, resolver.AddressFamily);
        await socket.ConnectAsync(resolver, cancellationToken);
        await socket.SendAsync(question, cancellationToken);
        var answer = new byte[LargestMessage];
        while (true)
        {
            var length = await socket.ReceiveAsync(answer, cancellationToken);
            if (length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(answer) == BinaryPrimitives.ReadUInt16BigEndian(question.Span))
            {
                return answer[..length];
            }
        }
    }
}
