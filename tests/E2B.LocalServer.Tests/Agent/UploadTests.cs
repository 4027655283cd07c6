using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>Uploads in forms that go wrong or are rare, and files put together of several.</summary>
public sealed class UploadTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 30_000;
    private readonly AgentClient _client = host.Client;

    [Theory(Timeout = Limit)]
    [InlineData("not compressed at all", "gzip: invalid header"), InlineData("", "EOF"), InlineData("abc", "unexpected EOF")]
    public async Task WhatIsNotPackedEmptiesNoFile(string body, string problem)
    {
        string path = await WriteAsync("before");
        using HttpResponseMessage response = await PostAsync(path, Encoding.ASCII.GetBytes(body), "gzip");
        Assert.Equal(400, (int)response.StatusCode);
        Assert.EndsWith("failed to create gzip reader: " + problem, await MessageAsync(response), StringComparison.Ordinal);
        Assert.Equal("before", await File.ReadAllTextAsync(path, AgentClient.Cancellation));
    }

    [Theory(Timeout = Limit)]
    [InlineData(true), InlineData(false)]
    public async Task PackedContentThatIsDamagedOrCutIsNoSuccess(bool cut)
    {
        byte[] packed = Pack(new string('x', 100_000));
        packed[^5] ^= 0xff;
        using HttpResponseMessage response = await PostAsync(host.NewPath(), cut ? packed[..^20] : packed, "gzip");
        Assert.Equal(500, (int)response.StatusCode);
        Assert.Contains("error writing file", await MessageAsync(response), StringComparison.Ordinal);
    }

    [Theory(Timeout = Limit)]
    [InlineData("gzip;level=1", 200), InlineData("GZIP", 200), InlineData("br", 400)]
    public async Task TheFormOfPackingIsNamed(string encoding, int status)
    {
        using HttpResponseMessage response = await PostAsync(host.NewPath(), Pack("text"), encoding);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory(Timeout = Limit)]
    [InlineData("form-data; name=file; filename=\"{0}/a \\\"b\\\".txt\"", "a \"b\".txt")]
    [InlineData("form-data; name=\"file\"; filename=wrong; filename*=utf-8''{1}%2Fgr%C3%BC%0A%C3%9Fe", "grü\nße")]
    [InlineData("attachment; name=file; filename=\"{0}/other\"", null)]
    public async Task ANameInAFormIsAPathWithAllItsCharacters(string disposition, string? name)
    {
        string directory = host.NewPath(string.Empty).TrimEnd('/');
        using var form = new MultipartContent("form-data");
        using var part = new StringContent("content");
        part.Headers.TryAddWithoutValidation("Content-Disposition",
            disposition.Replace("{0}", directory, StringComparison.Ordinal).Replace("{1}", Uri.EscapeDataString(directory), StringComparison.Ordinal));
        form.Add(part);
        using HttpResponseMessage response = await _client.Http.PostAsync("/files?username=root", form, AgentClient.Cancellation);
        JsonArray written = JsonNode.Parse(await response.Content.ReadAsStringAsync(AgentClient.Cancellation))!.AsArray();
        Assert.Equal(name is null ? [] : [$"{directory}/{name}"], written.Select(file => (string)file!["path"]!));
        Assert.Equal(name is null ? [] : [$"{directory}/{name}"], Directory.Exists(directory) ? Directory.GetFiles(directory) : []);
    }

    [Fact(Timeout = Limit)]
    public async Task AParameterThatIsThereTwiceIsRefused()
    {
        using HttpResponseMessage response = await _client.Http.GetAsync("/files?path=/etc/passwd&path=/etc/group", AgentClient.Cancellation);
        Assert.Equal(400, (int)response.StatusCode);
    }

    [Fact(Timeout = Limit)]
    public async Task FilesArePutTogether()
    {
        string one = await WriteAsync("one ");
        string two = await WriteAsync("two");
        string whole = host.NewPath("new/whole");
        using HttpResponseMessage response = await ComposeAsync(whole, one, two);
        JsonNode entry = JsonNode.Parse(await response.Content.ReadAsStringAsync(AgentClient.Cancellation))!;
        Assert.Equal(("whole", whole, "file"), ((string)entry["name"]!, (string)entry["path"]!, (string)entry["type"]!));
        Assert.Equal("one two", await File.ReadAllTextAsync(whole, AgentClient.Cancellation));
        Assert.Equal([whole], Directory.GetFiles(Path.GetDirectoryName(whole)!));
        Assert.False(File.Exists(one) || File.Exists(two));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatCannotBePutTogetherStaysAsItWas()
    {
        string one = await WriteAsync("one");
        string whole = await WriteAsync("before");
        foreach ((int status, string destination, string[] sources) in new[]
        {
            (404, whole, new[] { one, "/not/there" }),
            (400, whole, [one, "/etc"]),
            (400, whole, [one, whole]),
            (400, whole, []),
            (400, "", [one]),
            (500, "/etc/passwd/below", [one]),
        })
        {
            using HttpResponseMessage response = await ComposeAsync(destination, sources);
            Assert.Equal(status, (int)response.StatusCode);
        }

        Assert.Equal(("one", "before"), (await File.ReadAllTextAsync(one, AgentClient.Cancellation), await File.ReadAllTextAsync(whole, AgentClient.Cancellation)));
    }

    private static string Url(string path) => $"/files?path={Uri.EscapeDataString(path)}&username=root";

    private static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest))
        {
            packer.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static async Task<string> MessageAsync(HttpResponseMessage response) =>
        (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(AgentClient.Cancellation))!["message"]!;

    private Task<HttpResponseMessage> ComposeAsync(string destination, params string[] sources) => _client.Http.PostAsync(
        "/files/compose",
        new StringContent(new JsonObject
        {
            ["source_paths"] = new JsonArray([.. sources.Select(source => JsonValue.Create(source))]),
            ["destination"] = destination,
        }.ToJsonString()),
        AgentClient.Cancellation);

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (encoding is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        }

        return await _client.Http.PostAsync(Url(path), content, AgentClient.Cancellation);
    }

    private async Task<string> WriteAsync(string text)
    {
        string path = host.NewPath();
        using HttpResponseMessage response = await PostAsync(path, Encoding.UTF8.GetBytes(text));
        response.EnsureSuccessStatusCode();
        return path;
    }
}
