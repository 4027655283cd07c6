using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using E2B.Protocol.Connect;
using E2B.Protocol.Process;
using Google.Protobuf;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>An RPC's error, as it was answered.</summary>
public sealed class RpcCallException(HttpStatusCode status, ConnectError error) : Exception($"{error.Code}: {error.Message}")
{
    public HttpStatusCode Status { get; } = status;

    public ConnectCode Code { get; } = error.Code;
}

/// <summary>Speaks to an agent with nothing but HTTP and the wire contract.</summary>
public sealed class AgentClient : IDisposable
{
    public const string Process = "/process.Process/";
    public const string Filesystem = "/filesystem.Filesystem/";

    public AgentClient(string socketPath)
    {
        Http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://agent"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public HttpClient Http { get; }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static HttpRequestMessage Request(string path, byte[] body, string contentType, string? user = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        if (user is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user + ":")));
        }

        return request;
    }

    /// <summary>A call with one message each way.</summary>
    public async Task<TResponse> CallAsync<TResponse>(string path, IMessage request, MessageCodec? codec = null, string? user = null)
        where TResponse : IMessage<TResponse>, new()
    {
        codec ??= MessageCodec.Binary;
        using HttpRequestMessage message = Request(path, codec.Serialize(request), codec.UnaryContentType, user);
        using HttpResponseMessage response = await Http.SendAsync(message, Cancellation);
        byte[] body = await response.Content.ReadAsByteArrayAsync(Cancellation);
        if (!response.IsSuccessStatusCode)
        {
            throw new RpcCallException(response.StatusCode, ConnectError.TryParse(body) ?? throw new InvalidDataException(Encoding.UTF8.GetString(body)));
        }

        Assert.Equal(codec.UnaryContentType, response.Content.Headers.ContentType?.MediaType);
        return codec.Parse<TResponse>(new(body));
    }

    /// <summary>A call whose answer is a stream.</summary>
    public async Task<MessageFrames<TResponse>> OpenAsync<TResponse>(
        string path, IMessage request, MessageCodec? codec = null, string? user = null, params (string Name, string Value)[] headers)
        where TResponse : class, IMessage<TResponse>, new()
    {
        codec ??= MessageCodec.Binary;
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        Envelope.Write(body, codec, request);
        HttpRequestMessage message = Request(path, body.WrittenSpan.ToArray(), codec.StreamContentType, user);
        foreach ((string name, string value) in headers)
        {
            message.Headers.Add(name, value);
        }

        HttpResponseMessage response = await Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(codec.StreamContentType, response.Content.Headers.ContentType?.MediaType);
        return new MessageFrames<TResponse>(response, codec, await response.Content.ReadAsStreamAsync(Cancellation));
    }

    /// <summary>Starts a command in a shell that reads no profile.</summary>
    public Task<ProcessRun> StartAsync(
        string script, MessageCodec? codec = null, string? user = null, Action<StartRequest>? change = null, params (string Name, string Value)[] headers)
    {
        var request = new StartRequest { Process = new ProcessConfig { Cmd = "/bin/bash", Args = { "-c", script } } };
        change?.Invoke(request);
        return StartAsync(request, codec, user, headers);
    }

    public async Task<ProcessRun> StartAsync(StartRequest request, MessageCodec? codec = null, string? user = null, params (string Name, string Value)[] headers) =>
        await ProcessRun.OpenAsync(await OpenAsync<StartResponse>(Process + "Start", request, codec, user, headers), r => r.Event);

    public async Task<ProcessRun> ConnectAsync(ProcessSelector process, params (string Name, string Value)[] headers) =>
        await ProcessRun.OpenAsync(
            await OpenAsync<ConnectResponse>(Process + "Connect", new ConnectRequest { Process = process }, headers: headers), r => r.Event);

    public Task SendStdinAsync(int pid, ReadOnlySpan<byte> data, MessageCodec? codec = null) =>
        CallAsync<SendInputResponse>(
            Process + "SendInput",
            new SendInputRequest { Process = Selector(pid), Input = new ProcessInput { Stdin = ByteString.CopyFrom(data) } },
            codec);

    public Task SendPtyAsync(int pid, string text) =>
        CallAsync<SendInputResponse>(
            Process + "SendInput",
            new SendInputRequest { Process = Selector(pid), Input = new ProcessInput { Pty = ByteString.CopyFromUtf8(text) } });

    public Task SignalAsync(int pid, Signal signal) =>
        CallAsync<SendSignalResponse>(Process + "SendSignal", new SendSignalRequest { Process = Selector(pid), Signal = signal });

    public Task CloseStdinAsync(int pid) =>
        CallAsync<CloseStdinResponse>(Process + "CloseStdin", new CloseStdinRequest { Process = Selector(pid) });

    public static ProcessSelector Selector(int pid) => new() { Pid = (uint)pid };

    public void Dispose() => Http.Dispose();
}
