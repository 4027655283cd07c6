using System.IO.Compression;
using System.Net.Http.Headers;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>Ranges and conditions, as Go's http.ServeContent answers them.</summary>
public sealed class FileRangeTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 30_000;
    private readonly AgentClient _client = host.Client;

    [Theory(Timeout = Limit)]
    [InlineData("bytes=0-", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=3-5", 206, "345", "bytes 3-5/10")]
    [InlineData("bytes= 3 - 5 ", 206, "345", "bytes 3-5/10")]
    [InlineData("bytes=8-100", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=-30", 206, "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=0-8,1-9", 200, "0123456789", null)]
    [InlineData("bytes=", 200, "0123456789", null)]
    [InlineData("bytes=10-", 416, "invalid range: failed to overlap\n", "bytes */10")]
    [InlineData("bytes=10-12,20-", 416, "invalid range: failed to overlap\n", "bytes */10")]
    [InlineData("bytes=5-3", 416, "invalid range\n", null)]
    [InlineData("bytes=a-b", 416, "invalid range\n", null)]
    [InlineData("bytes=3", 416, "invalid range\n", null)]
    [InlineData("lines=1-2", 416, "invalid range\n", null)]
    public async Task ARangeIsUnderstoodAsTheDaemonDoes(string range, int status, string content, string? contentRange)
    {
        using HttpResponseMessage response = await GetAsync(await WriteAsync("0123456789"), ("Range", range));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(content, await response.Content.ReadAsStringAsync(AgentClient.Cancellation));
        Assert.Equal(contentRange, response.Content.Headers.ContentRange?.ToString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("bytes=0-"), InlineData("bytes=5-"), InlineData("bytes=-5")]
    public async Task OfAnEmptyFileAllIsSent(string range)
    {
        using HttpResponseMessage response = await GetAsync(await WriteAsync(string.Empty), ("Range", range));
        Assert.Equal(range == "bytes=-5" ? 206 : 200, (int)response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Fact(Timeout = Limit)]
    public async Task SeveralRangesComeInOneAnswer()
    {
        using HttpResponseMessage response = await GetAsync(await WriteAsync("0123456789"), ("Range", "bytes=0-1, 50-, 4-5, -1"));
        string body = await response.Content.ReadAsStringAsync(AgentClient.Cancellation);
        Assert.Equal(206, (int)response.StatusCode);
        Assert.Equal("multipart/byteranges", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        string boundary = Assert.Single(response.Content.Headers.ContentType!.Parameters).Value!;
        string[] parts = body.Split("--" + boundary);
        Assert.Equal(("", "--\r\n"), (parts[0], parts[^1]));
        Assert.Equal(
            [("bytes 0-1/10", "01"), ("bytes 4-5/10", "45"), ("bytes 9-9/10", "9")],
            parts[1..^1].Select(part => (part.Split("Content-Range: ")[1].Split("\r\n")[0], part.Split("\r\n\r\n")[1][..^2])));
    }

    [Theory(Timeout = Limit)]
    [InlineData("If-Modified-Since", 0, 304), InlineData("If-Modified-Since", -1, 200), InlineData("If-Modified-Since", 1, 304)]
    [InlineData("If-Unmodified-Since", 0, 200), InlineData("If-Unmodified-Since", -1, 412), InlineData("If-Unmodified-Since", 1, 200)]
    [InlineData("If-Range", 0, 206), InlineData("If-Range", -1, 200), InlineData("If-Range", 1, 200)]
    public async Task ATimeIsACondition(string header, int secondsLater, int status)
    {
        string path = await WriteAsync("0123456789");
        using HttpResponseMessage first = await GetAsync(path);
        DateTimeOffset modified = first.Content.Headers.LastModified!.Value;
        (string, string)[] range = header == "If-Range" ? [("Range", "bytes=2-3")] : [];
        using HttpResponseMessage response = await GetAsync(path, [(header, modified.AddSeconds(secondsLater).ToString("R")), .. range]);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(
            status switch { 200 => "0123456789", 206 => "23", _ => "" },
            await response.Content.ReadAsStringAsync(AgentClient.Cancellation));
    }

    [Theory(Timeout = Limit)]
    [InlineData("If-Match", "*", 200), InlineData("If-Match", "\"tag\"", 412)]
    [InlineData("If-None-Match", "*", 304), InlineData("If-None-Match", "\"tag\"", 200)]
    [InlineData("If-Range", "\"tag\"", 200)]
    public async Task FilesHaveNoTags(string header, string value, int status)
    {
        using HttpResponseMessage response = await GetAsync(await WriteAsync("0123456789"), (header, value), ("Range", header == "If-Range" ? "bytes=1-" : ""));
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory(Timeout = Limit)]
    [InlineData("entry", "application/octet-stream"), InlineData("entry.txt", "text/plain")]
    public async Task PackedContentIsNamedByTheNameAlone(string name, string type)
    {
        using HttpResponseMessage packed = await GetAsync(await WriteAsync("text", name), ("Accept-Encoding", "gzip"));
        Assert.Equal(type, packed.Content.Headers.ContentType?.MediaType);
        using HttpResponseMessage part = await GetAsync(await WriteAsync("text", name), ("Accept-Encoding", "gzip"), ("Range", "bytes=1-"));
        Assert.Equal((206, "ext"), ((int)part.StatusCode, await part.Content.ReadAsStringAsync(AgentClient.Cancellation)));
        using HttpResponseMessage refused = await GetAsync(await WriteAsync("text", name), ("Accept-Encoding", "gzip, identity;q=0"), ("Range", "bytes=1-"));
        Assert.Equal(406, (int)refused.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task NothingIsPackedContentToo()
    {
        using HttpResponseMessage packed = await GetAsync(await WriteAsync(string.Empty), ("Accept-Encoding", "gzip"));
        byte[] body = await packed.Content.ReadAsByteArrayAsync(AgentClient.Cancellation);
        Assert.Equal([0x1f, 0x8b, 8], body[..3]);
        using var plain = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        Assert.Equal(-1, plain.ReadByte());
    }

    private static string Url(string path) => $"/files?path={Uri.EscapeDataString(path)}&username=root";

    private async Task<string> WriteAsync(string content, string name = "entry")
    {
        string path = host.NewPath(name);
        using var body = new StringContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage response = await _client.Http.PostAsync(Url(path), body, AgentClient.Cancellation);
        response.EnsureSuccessStatusCode();
        return path;
    }

    private async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _client.Http.SendAsync(request, AgentClient.Cancellation);
    }
}
