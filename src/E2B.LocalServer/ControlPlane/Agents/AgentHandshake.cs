using System.Globalization;
using System.Text;
using System.Text.Json;
using E2B.LocalServer.Edge;
using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Tells the agent of a fresh sandbox whose it now is: <c>POST /init</c>.</summary>
internal static class AgentHandshake
{
    // As long as its start may take: on a machine where many start at once it is not asleep, but has to wait.
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(
        IHostedSandbox hosted, string id, SandboxOrder order, string? token, TimeProvider clock, CancellationToken cancellationToken)
    {
        // What the cloud tells every process. The caller's variables come first: these three are facts, not wishes.
        Dictionary<string, string> variables = order.AllEnvVars();
        variables["E2B_SANDBOX"] = "true";
        variables["E2B_SANDBOX_ID"] = id;
        variables["E2B_TEMPLATE_ID"] = order.Template.Id;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(
            new InitRequest
            {
                AccessToken = token,
                EnvVars = variables,
                DefaultUser = order.Template.Context?.User ?? E2BDefaults.User,
                DefaultWorkdir = order.Template.Context?.WorkDir,
                Timestamp = clock.GetUtcNow(),
            },
            RestJson.Default.InitRequest);
        byte[] head = Encoding.Latin1.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /init HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"));

        using var limit = new CancellationTokenSource(_limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var connection = new UpstreamConnection(await hosted.ConnectAgentAsync(either.Token));
            await connection.WriteAsync(head, either.Token);
            await connection.WriteAsync(body, either.Token);
            ResponseHead answer;
            do
            {
                answer = await connection.ReadHeadAsync(either.Token);
            }
            while (answer.StatusCode < 200);

            var reader = new ResponseBody(connection, answer, "POST");
            byte[] text = new byte[2048];
            int length = 0;
            while (length < text.Length && await reader.ReadAsync(text.AsMemory(length), either.Token) is > 0 and int read)
            {
                length += read;
            }

            if (answer.StatusCode >= 300)
            {
                throw new IOException($"its agent refused the handshake: {answer.StatusCode} {Encoding.UTF8.GetString(text, 0, length)}");
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"its agent did not answer the handshake within {_limit.TotalSeconds:0} s");
        }
    }
}
