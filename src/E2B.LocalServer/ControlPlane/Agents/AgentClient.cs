using System.Buffers;
using System.Globalization;
using System.Text;
using E2B.LocalServer.Edge;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A command that the server itself has run in a sandbox.</summary>
/// <param name="Text">What bash is to do, as a login shell.</param>
/// <param name="Context">With what.</param>
internal sealed record AgentCommandLine(string Text, TemplateContext Context)
{
    /// <summary><c>$1</c> and so on in the text.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>After this the agent ends it.</summary>
    public TimeSpan? Limit { get; init; }
}

/// <summary>How such a command ended.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Status">The same in words.</param>
internal readonly record struct AgentCommandEnd(int ExitCode, string Status);

/// <summary>What the server asks of a sandbox's agent on its own account. What agents answer is not believed: all of it has limits.</summary>
/// <param name="hosted">The sandbox.</param>
/// <param name="token">Its access token.</param>
internal sealed class AgentClient(IHostedSandbox hosted, string? token)
{
    private const int LargestFrame = 1024 * 1024;
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Runs a command to its end. Given up, it goes on.</summary>
    /// <param name="command">What.</param>
    /// <param name="output">Takes what it writes, as it comes: whether to stderr, and the bytes, which hold for the call only.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="IOException">The agent did not do it.</exception>
    public async Task<AgentCommandEnd> RunAsync(AgentCommandLine command, Action<bool, ReadOnlyMemory<byte>> output, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>();
        Envelope.Write(body, MessageCodec.Binary, ToRequest(command));
        string more = $"{E2BHeaders.ConnectProtocolVersion}: 1\r\n"
            + (command.Limit is { } limit ? string.Create(CultureInfo.InvariantCulture, $"{E2BHeaders.ConnectTimeout}: {(long)limit.TotalMilliseconds}\r\n") : string.Empty);
        try
        {
            using var connection = new UpstreamConnection(await hosted.ConnectAgentAsync(cancellationToken));
            await connection.WriteAsync(Head("/process.Process/Start", command.Context.User, MessageCodec.Binary.StreamContentType, body.WrittenCount, more), cancellationToken);
            await connection.WriteAsync(body.WrittenMemory, cancellationToken);
            ResponseHead head = await ReadHeadAsync(connection, cancellationToken);
            var answer = new ResponseBody(connection, head, "POST");
            if (head.StatusCode != StatusCodes.Status200OK)
            {
                throw new IOException($"the agent refused a command: {head.StatusCode} {await ReadTextAsync(answer, cancellationToken)}");
            }

            return await ReadEventsAsync(answer, output, cancellationToken);
        }
        catch (Exception e) when (e is FramingException or InvalidDataException)
        {
            throw new IOException($"the agent's answer cannot be understood: {e.Message}", e);
        }
    }

    /// <summary>Writes a file, as root.</summary>
    /// <exception cref="IOException">The agent did not do it.</exception>
    public async Task WriteFileAsync(string path, Stream content, long length, CancellationToken cancellationToken)
    {
        using var connection = new UpstreamConnection(await hosted.ConnectAgentAsync(cancellationToken));
        await connection.WriteAsync(Head($"/files?username=root&path={Uri.EscapeDataString(path)}", "root", "application/octet-stream", length, string.Empty), cancellationToken);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and int read)
            {
                await connection.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (IOException)
        {
            // It has answered before it read all, and closed: that says why.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        ResponseHead head = await ReadHeadAsync(connection, cancellationToken);
        if (head.StatusCode >= 300)
        {
            throw new IOException(await ReadTextAsync(new ResponseBody(connection, head, "POST"), cancellationToken));
        }
    }

    private static StartRequest ToRequest(AgentCommandLine command)
    {
        var process = new ProcessConfig { Cmd = "/bin/bash", Args = { "-l", "-c", command.Text } };
        if (command.Arguments.Count > 0)
        {
            process.Args.Add("bash");
            process.Args.Add(command.Arguments);
        }

        foreach ((string name, string value) in command.Context.EnvVars ?? new Dictionary<string, string>())
        {
            // However a step has set PATH, the usual programs are still found.
            process.Envs[name] = name == "PATH" ? $"{value}:{UsualPath}" : value;
        }

        if (command.Context.WorkDir is { } directory)
        {
            process.Cwd = directory;
        }

        return new StartRequest { Process = process, Stdin = false };
    }

    private byte[] Head(string path, string user, string contentType, long length, string more) => Encoding.Latin1.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nContent-Length: {length}\r\n{(token is null ? null : $"{E2BHeaders.AccessToken}: {token}\r\n")}Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":"))}\r\n{more}\r\n"));

    private static async Task<ResponseHead> ReadHeadAsync(UpstreamConnection connection, CancellationToken cancellationToken)
    {
        ResponseHead head;
        do
        {
            head = await connection.ReadHeadAsync(cancellationToken);
        }
        while (head.StatusCode < 200);
        return head;
    }

    private static async Task<AgentCommandEnd> ReadEventsAsync(ResponseBody answer, Action<bool, ReadOnlyMemory<byte>> output, CancellationToken cancellationToken)
    {
        AgentCommandEnd? end = null;
        byte[] buffer = new byte[64 * 1024];
        int count = 0;
        while (true)
        {
            if (count == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2); // no further than the largest frame, by the check of its header
            }

            int read = await answer.ReadAsync(buffer.AsMemory(count), cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException("the sandbox ended before the command did");
            }

            count += read;
            var unread = new ReadOnlySequence<byte>(buffer, 0, count);
            while (Envelope.TryRead(ref unread, LargestFrame, out Envelope frame))
            {
                if (frame.IsEndStream)
                {
                    return StreamEnd.Parse(frame.Payload).Error is { } error
                        ? throw new IOException(error.Message)
                        : end ?? throw new EndOfStreamException("the sandbox did not say how the command ended");
                }

                ProcessEvent happened = MessageCodec.Binary.Parse<StartResponse>(frame.Payload).Event ?? new ProcessEvent();
                if (happened.EventCase == ProcessEvent.EventOneofCase.Data)
                {
                    bool isError = happened.Data.OutputCase == ProcessEvent.Types.DataEvent.OutputOneofCase.Stderr;
                    output(isError, (isError ? happened.Data.Stderr : happened.Data.Stdout).Memory);
                }
                else if (happened.EventCase == ProcessEvent.EventOneofCase.End)
                {
                    end = new AgentCommandEnd(happened.End.ExitCode, happened.End.Status);
                }
            }

            unread.CopyTo(buffer);
            count = (int)unread.Length;
        }
    }

    private static async Task<string> ReadTextAsync(ResponseBody answer, CancellationToken cancellationToken)
    {
        byte[] text = new byte[2048];
        int length = 0;
        while (length < text.Length && await answer.ReadAsync(text.AsMemory(length), cancellationToken) is > 0 and int read)
        {
            length += read;
        }

        return Encoding.UTF8.GetString(text, 0, length);
    }
}
