using System.Net.Sockets;
using System.Text;

namespace E2B.LocalServer.Runtime;

/// <summary>Asks a sandbox's agent whether it serves.</summary>
internal static class AgentProbe
{
    private static readonly byte[] _request = "GET /health HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <summary>
    /// Connects and waits for the answer. The socket takes connections before the agent runs, so there is nothing
    /// to repeat: the question waits until somebody answers, or is dropped when the agent ends.
    /// </summary>
    public static async Task<bool> IsHealthyAsync(string socketPath, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await ConnectAsync(socketPath, cancellationToken);
            await socket.SendAsync(_request, cancellationToken);
            var answer = new byte[256];
            var length = 0;
            while (length < answer.Length && answer.AsSpan(0, length).IndexOf("\r\n"u8) < 0)
            {
                var count = await socket.ReceiveAsync(answer.AsMemory(length), cancellationToken);
                if (count == 0)
                {
                    return false;
                }

                length += count;
            }

            var status = Encoding.ASCII.GetString(answer, 0, length).Split(' ');
            return status.Length > 1 && status[1] == "204";
        }
        catch (Exception e) when (e is SocketException or AgentGoneException)
        {
            return false;
        }
    }

    /// <exception cref="AgentGoneException">Nobody listens there.</exception>
    public static async Task<Socket> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new AgentGoneException(e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
