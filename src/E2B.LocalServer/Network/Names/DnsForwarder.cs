using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network.Ports;

namespace E2B.LocalServer.Network.Names;

/// <summary>
/// The sandboxes' name server: passes what they ask to the host's resolvers. Those are often on the host's loopback
/// or in its private network, where no sandbox gets by itself.
/// </summary>
internal sealed class DnsForwarder : IAsyncDisposable
{
    private const int Port = 53;
    private const int ShortestMessage = 12;
    private const int LargestQuestion = 4096;
    private const int MostAtOnce = 512;

    private readonly Socket _udp;
    private readonly TcpService _tcp;
    private readonly DnsUpstream _upstream;
    private readonly ClientCount _askers;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _receiving;
    private int _asking;

    public DnsForwarder(NetworkNamespace router, IPAddress address, DnsUpstream upstream, NetworkOptions options)
    {
        _askers = new ClientCount(options.MostQuestions);
        _upstream = upstream;
        _udp = NetworkSockets.Udp(router);
        try
        {
            _udp.Bind(new IPEndPoint(address, Port));
            _tcp = new TcpService(router, new IPEndPoint(address, Port), RelayAsync, options.MostServed);
        }
        catch
        {
            _udp.Dispose();
            throw;
        }

        _receiving = Task.Run(ReceiveAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _receiving;
        await _tcp.DisposeAsync();
        _udp.Dispose();
    }

    private async Task ReceiveAsync()
    {
        var question = new byte[LargestQuestion];
        var anybody = new IPEndPoint(IPAddress.Any, 0);
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(question, SocketFlags.None, anybody, _ending.Token);

                // What is beyond the limits is dropped, as a busy resolver does; programs ask again.
                var asker = (IPEndPoint)received.RemoteEndPoint;
                if (received.ReceivedBytes >= ShortestMessage && Volatile.Read(ref _asking) < MostAtOnce && _askers.TryEnter(asker.Address))
                {
                    _ = AnswerAsync(question[..received.ReceivedBytes], asker);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // What an earlier answer's receiver has to say: it is gone.
            }
        }
    }

    private async Task AnswerAsync(byte[] question, IPEndPoint asker)
    {
        Interlocked.Increment(ref _asking);
        try
        {
            if (await _upstream.AskAsync(question, _ending.Token) is { } answer)
            {
                await _udp.SendToAsync(answer, SocketFlags.None, asker, _ending.Token);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The asker is gone, or we are.
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
            _askers.Leave(asker.Address);
        }
    }

    private async Task RelayAsync(Socket asker, CancellationToken ending) =>
        await Relay.RunAsync(asker, await _upstream.ConnectAsync(ending), ending);
}
