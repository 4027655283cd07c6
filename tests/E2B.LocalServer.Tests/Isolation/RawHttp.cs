using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>HTTP as no well-behaved client sends it.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Token);
        return socket;
    }

    /// <summary>Sends what is to be one request, and gives all of the answer, which has to end with the connection.</summary>
    public static async Task<string> AskAsync(Uri server, string request)
    {
        using Socket socket = await ConnectAsync(server.Port);
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(request), Token);
        }
        catch (SocketException)
        {
            // Answered before it was read to the end.
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(_patience);
        var answer = new StringBuilder();
        byte[] block = new byte[64 * 1024];
        try
        {
            while (await socket.ReceiveAsync(block, limit.Token) is > 0 and int count)
            {
                answer.Append(Encoding.Latin1.GetString(block, 0, count));
            }
        }
        catch (SocketException)
        {
            // Closed with something of the request unread: the answer is there all the same.
        }

        return answer.ToString();
    }

    /// <summary>The status of an answer.</summary>
    public static string Status(string answer) => answer.Split(' ') is [_, var status, ..] ? status : $"no answer: {answer}";
}
