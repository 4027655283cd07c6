using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using E2B.Protocol.Filesystem;
using E2B.Protocol.Rest;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class FileTransferTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 60_000;
    private readonly AgentClient _client = host.Client;

    [Fact(Timeout = Limit)]
    public async Task AnUploadBelongsToItsUserWithItsParents()
    {
        string path = host.NewPath("new/file.txt");
        WrittenFileModel file = Assert.Single(await WriteAsync(Url(path, "daemon"), Raw("content"u8.ToArray())));
        Assert.Equal(("file.txt", path, "file"), (file.Name, file.Path, file.Type));
        Assert.Equal("content", await File.ReadAllTextAsync(path, AgentClient.Cancellation));
        foreach (string part in new[] { path, Path.GetDirectoryName(path)! })
        {
            EntryInfo entry = (await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = part })).Entry;
            Assert.Equal(("daemon", "daemon"), (entry.Owner, entry.Group));
        }
    }

    [Fact(Timeout = Limit)]
    public async Task AnUploadReplacesAFileAndItsOwner()
    {
        string path = host.NewPath();
        await WriteAsync(Url(path), Raw("a long first content"u8.ToArray()));
        await WriteAsync(Url(path, "daemon"), Raw("short"u8.ToArray()));
        Assert.Equal("short", await File.ReadAllTextAsync(path, AgentClient.Cancellation));
        EntryInfo entry = (await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = path })).Entry;
        Assert.Equal("daemon", entry.Owner);
    }

    [Fact(Timeout = Limit)]
    public async Task SeveralFilesComeInOneRequest()
    {
        string directory = host.NewPath("many");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("one"), "file", directory + "/1" },
            { new StringContent("not a file"), "other", "other" },
            { new ByteArrayContent(new byte[300_000]), "file", directory + "/sub/2 ü" },
        };
        IReadOnlyList<WrittenFileModel> files = await WriteAsync("/files", form);
        Assert.Equal([directory + "/1", directory + "/sub/2 ü"], files.Select(f => f.Path));
        Assert.Equal("one", await File.ReadAllTextAsync(directory + "/1", AgentClient.Cancellation));
        Assert.Equal(300_000, new FileInfo(directory + "/sub/2 ü").Length);
    }

    [Fact(Timeout = Limit)]
    public async Task TwoFilesInOnePlaceAreRefused()
    {
        string path = host.NewPath();
        using var form = new MultipartFormDataContent { { new StringContent("1"), "file", path }, { new StringContent("2"), "file", path } };
        using HttpResponseMessage response = await _client.Http.PostAsync("/files", form, AgentClient.Cancellation);
        await RefusedAsync(response, 400, "multiple files");
        Assert.Equal("1", await File.ReadAllTextAsync(path, AgentClient.Cancellation));
    }

    [Fact(Timeout = Limit)]
    public async Task AnUploadMayBePacked()
    {
        string path = host.NewPath();
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Fastest))
        {
            packer.Write(new byte[1_000_000]);
        }

        HttpContent content = Raw(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        await WriteAsync(Url(path), content);
        Assert.Equal(1_000_000, new FileInfo(path).Length);
    }

    [Fact(Timeout = Limit)]
    public async Task MetadataIsKeptAndReplaced()
    {
        string path = host.NewPath();
        WrittenFileModel first = Assert.Single(await WriteAsync(Url(path), Raw([]), ("X-Metadata-Owner", "me"), ("x-metadata-KIND", "a b")));
        Assert.Equal(new Dictionary<string, string> { ["owner"] = "me", ["kind"] = "a b" }, first.Metadata);
        EntryInfo entry = (await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = path })).Entry;
        Assert.Equal("a b", entry.Metadata["kind"]);
        Assert.Equal(["owner"], Assert.Single(await WriteAsync(Url(path), Raw([]), ("X-Metadata-Owner", "you"))).Metadata!.Keys);
        Assert.Null(Assert.Single(await WriteAsync(Url(path), Raw([]))).Metadata);
    }

    [Fact(Timeout = Limit)]
    public async Task TooMuchMetadataIsRefused()
    {
        string path = host.NewPath();
        using HttpRequestMessage request = new(HttpMethod.Post, Url(path)) { Content = Raw([]) };
        request.Headers.Add("X-Metadata-A", new string('x', 5000));
        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        await RefusedAsync(response, 400, "exceeds 4096 bytes");
        Assert.False(File.Exists(path));
    }

    [Theory(Timeout = Limit)]
    [InlineData(null, 200, 0, 10), InlineData("bytes=2-4", 206, 2, 3), InlineData("bytes=7-", 206, 7, 3)]
    [InlineData("bytes=-4", 206, 6, 4), InlineData("bytes=-40", 206, 0, 10), InlineData("bytes=5-500", 206, 5, 5)]
    [InlineData("bytes=10-", 416, 0, 0)]
    public async Task PartsOfAFileCanBeRead(string? range, int status, int from, int length)
    {
        string path = host.NewPath("digits.txt");
        await WriteAsync(Url(path), Raw("0123456789"u8.ToArray()));
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        request.Headers.TryAddWithoutValidation("Range", range);
        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 416)
        {
            Assert.Equal("bytes */10", response.Content.Headers.ContentRange?.ToString());
            return;
        }

        Assert.Equal("0123456789".Substring(from, length), await response.Content.ReadAsStringAsync(AgentClient.Cancellation));
        Assert.Equal("inline; filename=digits.txt", response.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal(status == 206 ? $"bytes {from}-{from + length - 1}/10" : null, response.Content.Headers.ContentRange?.ToString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("gzip", true), InlineData("identity", false), InlineData("br, gzip;q=0.5", true), InlineData("gzip;q=0", false), InlineData("*", false)]
    public async Task ADownloadIsPackedForWhoWantsIt(string accept, bool packed)
    {
        string path = host.NewPath();
        await WriteAsync(Url(path), Raw(new byte[500_000]));
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        Assert.Equal(packed, response.Content.Headers.ContentEncoding.Contains("gzip"));
        await using Stream body = await response.Content.ReadAsStreamAsync(AgentClient.Cancellation);
        await using Stream plain = packed ? new GZipStream(body, CompressionMode.Decompress) : body;
        using var content = new MemoryStream();
        await plain.CopyToAsync(content, AgentClient.Cancellation);
        Assert.Equal(500_000, content.Length);
    }

    [Fact(Timeout = Limit)]
    public async Task WhatHasNotChangedIsNotSentAgain()
    {
        string path = host.NewPath();
        await WriteAsync(Url(path), Raw("x"u8.ToArray()));
        using HttpResponseMessage first = await _client.Http.GetAsync(Url(path), AgentClient.Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, Url(path));
        request.Headers.IfModifiedSince = first.Content.Headers.LastModified;
        using HttpResponseMessage second = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory(Timeout = Limit)]
    [InlineData("/files?path=/not/there", 404, "path '/not/there' does not exist")]
    [InlineData("/files?path=/usr", 400, "path '/usr' is a directory")]
    [InlineData("/files?path=/etc/passwd&username=nobody-knows", 401, "error looking up user 'nobody-knows'")]
    [InlineData("/files?path=~other/x", 400, "cannot expand user-specific home dir")]
    [InlineData("/files?path=/etc/passwd&signature_expiration=soon", 400, "signature_expiration")]
    public async Task ReadingWhatCannotBeReadIsRefused(string url, int status, string message)
    {
        using HttpResponseMessage response = await _client.Http.GetAsync(url, AgentClient.Cancellation);
        await RefusedAsync(response, status, message);
    }

    [Theory(Timeout = Limit)]
    [InlineData("/files?path=/usr", "application/octet-stream", 400, "path is a directory: /usr")]
    [InlineData("/files", "application/octet-stream", 400, "path query parameter is required")]
    [InlineData("/files?path=/etc/passwd/x", "application/octet-stream", 500, "path is a file: /etc/passwd")]
    [InlineData("/files?path=/tmp/x", "text/plain", 400, "unsupported content type: text/plain")]
    [InlineData("/files?path=/tmp/x&username=nobody-knows", "application/octet-stream", 401, "nobody-knows")]
    [InlineData("/files?path=/dev/full", "application/octet-stream", 507, "not enough disk space available")]
    public async Task WritingWhatCannotBeWrittenIsRefused(string url, string type, int status, string message)
    {
        using var content = new ByteArrayContent(new byte[10]);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using HttpResponseMessage response = await _client.Http.PostAsync(url, content, AgentClient.Cancellation);
        await RefusedAsync(response, status, message);
    }

    [Fact(Timeout = Limit)]
    public async Task AFullDiskDoesNotCostTheConnection()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(host.SocketPath), AgentClient.Cancellation);
        foreach (string request in new[]
        {
            "POST /files?path=/dev/full HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 5\r\n\r\n12345",
            "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        })
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), AgentClient.Cancellation);
        }

        using var reader = new StreamReader(new System.Net.Sockets.NetworkStream(socket));
        string answers = await reader.ReadToEndAsync(AgentClient.Cancellation);
        Assert.StartsWith("HTTP/1.1 507 ", answers, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 204 ", answers, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task MuchDataCostsLittleMemory()
    {
        const int Size = 256 * 1024 * 1024;
        string source = host.NewPath("source");
        string copy = host.NewPath("copy");
        Directory.CreateDirectory(Path.GetDirectoryName(source)!);
        await using (FileStream file = File.Create(source))
        {
            byte[] block = RandomNumberGenerator.GetBytes(1024 * 1024);
            for (int i = 0; i < Size / block.Length; i++)
            {
                await file.WriteAsync(block, AgentClient.Cancellation);
            }
        }

        long before = host.AnonymousMemory;
        using (HttpResponseMessage response = await _client.Http.GetAsync(Url(source), HttpCompletionOption.ResponseHeadersRead, AgentClient.Cancellation))
        {
            using var content = new StreamContent(await response.Content.ReadAsStreamAsync(AgentClient.Cancellation), 256 * 1024);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            await WriteAsync(Url(copy), content);
        }

        Assert.InRange(host.AnonymousMemory - before, long.MinValue, 48 * 1024 * 1024);
        Assert.Equal(await HashAsync(source), await HashAsync(copy));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatCameBeforeACallerWentStays()
    {
        string path = host.NewPath();
        using var gone = new CancellationTokenSource();
        var pipe = new System.IO.Pipelines.Pipe(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 0));
        using var content = new StreamContent(pipe.Reader.AsStream());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Task send = _client.Http.PostAsync(Url(path), content, gone.Token);
        byte[] part = RandomNumberGenerator.GetBytes(200_000);
        await pipe.Writer.WriteAsync(part, AgentClient.Cancellation);
        await AgentHost.UntilAsync(() => File.Exists(path) && new FileInfo(path).Length > 0, "the first part is written");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        byte[] kept = await File.ReadAllBytesAsync(path, AgentClient.Cancellation);
        Assert.NotEmpty(kept);
        Assert.True(part.AsSpan().StartsWith(kept), "What is kept is how the upload began.");
    }

    private static string Url(string path, string user = "root") => $"/files?path={Uri.EscapeDataString(path)}&username={user}";

    private static ByteArrayContent Raw(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    private static async Task<string> HashAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        return Convert.ToHexString(await SHA256.HashDataAsync(file, AgentClient.Cancellation));
    }

    private static async Task RefusedAsync(HttpResponseMessage response, int status, string message)
    {
        string body = await response.Content.ReadAsStringAsync(AgentClient.Cancellation);
        Assert.Equal(status, (int)response.StatusCode);
        ErrorModel error = JsonSerializer.Deserialize(body, RestJson.Default.ErrorModel)!;
        Assert.Equal(status, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<WrittenFileModel>> WriteAsync(string url, HttpContent content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage response = await _client.Http.SendAsync(request, AgentClient.Cancellation);
        byte[] body = await response.Content.ReadAsByteArrayAsync(AgentClient.Cancellation);
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize(body, RestJson.Default.IReadOnlyListWrittenFileModel)!;
    }
}
