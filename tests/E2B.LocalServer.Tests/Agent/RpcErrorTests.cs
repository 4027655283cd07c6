using System.IO.Compression;
using System.Net;
using System.Text;
using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using E2B.Protocol.Process;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class RpcErrorTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 30_000;
    private const string Stat = AgentClient.Filesystem + "Stat";
    private const string Start = AgentClient.Process + "Start";
    private readonly AgentClient _client = host.Client;

    [Theory(Timeout = Limit)]
    [InlineData(Stat, """{"path":"/not/there"}""", 404, "not_found")]
    [InlineData(AgentClient.Filesystem + "ListDir", """{"path":"/not/there"}""", 404, "not_found")]
    [InlineData(AgentClient.Filesystem + "ListDir", """{"path":"/etc/passwd"}""", 400, "invalid_argument")]
    [InlineData(AgentClient.Filesystem + "MakeDir", """{"path":"/usr"}""", 409, "already_exists")]
    [InlineData(AgentClient.Filesystem + "MakeDir", """{"path":"/etc/passwd"}""", 400, "invalid_argument")]
    [InlineData(AgentClient.Filesystem + "Move", """{"source":"/not/there","destination":"/tmp/nowhere"}""", 404, "not_found")]
    [InlineData(AgentClient.Filesystem + "Remove", """{"path":"/not/there"}""", 200, null)]
    [InlineData(Stat, """{"path":"~somebody/file"}""", 400, "invalid_argument")]
    [InlineData(Stat, """{"path":""", 400, "invalid_argument")]
    [InlineData(Stat, "", 400, "invalid_argument")]
    [InlineData(Stat, """{"path":7}""", 400, "invalid_argument")]
    [InlineData(Stat, """{"path":"/usr","added later":{"by":["somebody"]}}""", 200, null)]
    [InlineData(AgentClient.Process + "SendSignal", """{"process":{"pid":1},"signal":"SIGNAL_SIGKILL"}""", 404, "not_found")]
    [InlineData(AgentClient.Process + "SendSignal", """{"process":{"tag":"none"},"signal":"SIGNAL_SIGKILL"}""", 404, "not_found")]
    [InlineData(AgentClient.Process + "SendInput", """{"process":{"pid":1},"input":{"stdin":"AA=="}}""", 404, "not_found")]
    [InlineData(AgentClient.Process + "CloseStdin", """{"process":{"pid":1}}""", 404, "not_found")]
    [InlineData(AgentClient.Process + "Update", """{"process":{"pid":1}}""", 404, "not_found")]
    [InlineData(AgentClient.Process + "Update", "{}", 501, "unimplemented")]
    [InlineData(AgentClient.Process + "List", "{}", 200, null)]
    public async Task UnaryErrorsHaveTheirStatusAndCode(string path, string body, int status, string? code)
    {
        using HttpResponseMessage response = await SendAsync(path, Encoding.UTF8.GetBytes(body), "application/json");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(AgentClient.Cancellation);
        ConnectError? error = ConnectError.TryParse(answer);
        Assert.Equal(code, error is null ? null : ConnectCodes.ToWireName(error.Code));
        Assert.True(code is null || error!.Message.Length > 0, "An error says something.");
    }

    [Fact(Timeout = Limit)]
    public async Task AnUnknownUserIsUnauthenticatedEverywhere()
    {
        RpcCallException unary = await Assert.ThrowsAsync<RpcCallException>(() =>
            _client.CallAsync<StatResponse>(Stat, new StatRequest { Path = "/" }, user: "nobody-knows"));
        Assert.Equal((HttpStatusCode.Unauthorized, ConnectCode.Unauthenticated), (unary.Status, unary.Code));
        RpcCallException stream = await Assert.ThrowsAsync<RpcCallException>(() => _client.StartAsync("true", user: "nobody-knows"));
        Assert.Equal((HttpStatusCode.OK, ConnectCode.Unauthenticated), (stream.Status, stream.Code));
    }

    [Fact(Timeout = Limit)]
    public async Task OtherSignalsAreNotOffered()
    {
        using ProcessRun run = await _client.StartAsync("exec sleep 1000");
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.SignalAsync(run.Pid, (Signal)2));
        Assert.Equal((HttpStatusCode.NotImplemented, ConnectCode.Unimplemented), (failure.Status, failure.Code));
        await _client.SignalAsync(run.Pid, Signal.Sigkill);
    }

    [Fact(Timeout = Limit)]
    public async Task ConnectingToNothingIsNotFound()
    {
        foreach (ProcessSelector selector in new[] { AgentClient.Selector(1), new ProcessSelector { Tag = "none" } })
        {
            RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.ConnectAsync(selector));
            Assert.Equal((HttpStatusCode.OK, ConnectCode.NotFound), (failure.Status, failure.Code));
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData("00000000", "invalid_argument")]
    [InlineData("0000000064", "invalid_argument")]
    [InlineData("000000000a7b7d", "invalid_argument")]
    [InlineData("01000000027b7d", "invalid_argument")]
    [InlineData("40000000027b7d", "invalid_argument")]
    [InlineData("007fffffff7b7d", "invalid_argument")]
    [InlineData("00000000037b7b7b", "invalid_argument")]
    [InlineData("", "unimplemented")]
    [InlineData("00000000027b7d00000000027b7d", "unimplemented")]
    public async Task FramesMustBeWhole(string hex, string code)
    {
        using HttpResponseMessage response = await SendAsync(Start, Convert.FromHexString(hex), "application/connect+json");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var frames = new MessageFrames<StartResponse>(
            response, MessageCodec.Json, await response.Content.ReadAsStreamAsync(AgentClient.Cancellation));
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(frames.NextAsync);
        Assert.Equal(code, ConnectCodes.ToWireName(failure.Code));
    }

    [Theory(Timeout = Limit)]
    [InlineData("x"), InlineData("-1"), InlineData("12345678901")]
    public async Task ATimeLimitIsANumber(string limit)
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.StartAsync("true", headers: (E2BHeaders.ConnectTimeout, limit)));
        Assert.Equal(ConnectCode.InvalidArgument, failure.Code);
    }

    [Theory(Timeout = Limit)]
    [InlineData(Stat, "application/connect+json"), InlineData(Start, "application/json"), InlineData(Stat, "application/grpc")]
    public async Task OtherFormsAreRefused(string path, string type)
    {
        using HttpResponseMessage response = await SendAsync(path, "{}"u8.ToArray(), type);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.NotEmpty(response.Headers.GetValues("Accept-Post"));
    }

    [Theory(Timeout = Limit)]
    [InlineData("GET", Stat, 405), InlineData("POST", "/process.Process/Nothing", 404), InlineData("GET", "/", 404), InlineData("PUT", "/files", 405)]
    public async Task OtherPathsAndMethodsAreRefused(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory(Timeout = Limit)]
    [InlineData("gzip", 200), InlineData("br", 501)]
    public async Task ARequestMayBePackedWithGzip(string encoding, int status)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest))
        {
            packer.Write("""{"path":"/usr"}"""u8);
        }

        using HttpRequestMessage request = AgentClient.Request(Stat, packed.ToArray(), "application/json");
        request.Content!.Headers.ContentEncoding.Add(encoding);
        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, byte[] body, string type)
    {
        using HttpRequestMessage request = AgentClient.Request(path, body, type);
        return await _client.Http.SendAsync(request, AgentClient.Cancellation);
    }
}
