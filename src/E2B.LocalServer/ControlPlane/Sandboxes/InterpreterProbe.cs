using System.Net.Sockets;
using E2B.LocalServer.Edge;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Waits until the code interpreter's service in a sandbox answers: clients send code at once.</summary>
internal static class InterpreterProbe
{
    /// <summary>What the service writes when it can never answer, with what is missing behind it.</summary>
    private const string CannotStart = "The code interpreter's service cannot start: ";

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(20);
    private static readonly byte[] _question = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    /// <exception cref="IOException">It does not come up; the message has what it wrote.</exception>
    public static async Task WaitAsync(IHostedSandbox hosted, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            while (!await AnswersAsync(hosted, either.Token))
            {
                if (hosted.Exited.IsCompleted)
                {
                    throw Failure(hosted, "ended");
                }

                if (Missing(hosted.AgentOutput) is { } missing)
                {
                    throw new IOException($"the code interpreter's service cannot start in the sandbox: {missing}");
                }

                await Task.Delay(_interval, either.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failure(hosted, $"did not answer within {_limit.TotalSeconds:0} s");
        }
    }

    private static async Task<bool> AnswersAsync(IHostedSandbox hosted, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = new UpstreamConnection(await hosted.ConnectPortAsync(ServerFacts.InterpreterPort, cancellationToken));
            await connection.WriteAsync(_question, cancellationToken);
            return (await connection.ReadHeadAsync(cancellationToken)).StatusCode == StatusCodes.Status200OK;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return false;
        }
    }

    /// <summary>What keeps the service from ever answering; <see langword="null"/> while it has said nothing of the kind.</summary>
    internal static string? Missing(string output)
    {
        int start = output.IndexOf(CannotStart, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        // A line that is not whole yet says too little.
        start += CannotStart.Length;
        int end = output.IndexOf('\n', start);
        return end < 0 ? null : output[start..end].Trim();
    }

    private static IOException Failure(IHostedSandbox hosted, string how) =>
        new($"the code interpreter's service {how}. The last that was written: {hosted.AgentOutput.Trim()}");
}
