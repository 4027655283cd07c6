using System.IO.Compression;
using System.Text;
using E2B.Core.Tests.Fakes;

namespace E2B.Core.Tests;

public class FileGzipTests
{
    private const string Written = """[{"name":"x","path":"/x","type":"file"}]""";

    private static readonly SandboxFileOptions _gzip = new() { Gzip = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_compressed_where_that_is_asked_for()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, Written));

        SandboxEntry entry = await Client.Sandbox(handler, "0.5.7").Files.WriteTextAsync("/x", new string('a', 100_000), _gzip, Token);

        Assert.Equal("gzip", handler.Only.Headers["Content-Encoding"]);
        Assert.Equal("application/octet-stream", handler.Only.Headers["Content-Type"]);
        Assert.InRange(handler.Only.Body.Length, 1, 10_000);
        Assert.Equal(new string('a', 100_000), Unpack(handler.Only.Body));
        Assert.Equal(100_000, entry.Size);
    }

    [Fact]
    public async Task Nothing_is_compressed_content_too()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, Written));

        Assert.Equal(0, (await Client.Sandbox(handler).Files.WriteTextAsync("/x", "", _gzip, Token)).Size);

        Assert.Equal([0x1f, 0x8b, 8], handler.Only.Body[..3]);
        Assert.Empty(Unpack(handler.Only.Body));
    }

    [Fact]
    public async Task A_daemon_that_does_not_take_it_gets_plain_content()
    {
        var handler = new FakeHandler(_ => Answers.Text(200, Written));

        await Client.Sandbox(handler, "0.5.6").Files.WriteTextAsync("/x", "plain text", _gzip, Token);

        Assert.DoesNotContain("Content-Encoding", handler.Only.Headers.Keys);
        Assert.Contains("plain text", handler.Only.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failing_source_leaves_no_complete_compressed_content()
    {
        var failure = new IOException("the local disk failed");
        var sent = new MemoryStream();
        var handler = new PassingHandler(sent);

        Exception error = await Assert.ThrowsAsync<IOException>(() => new E2BClient(Client.Options with { HandlerFactory = () => handler })
            .Sandboxes.Attach("sbx1", new SandboxAccess { EnvdVersion = "0.6.13" })
            .Files.WriteAsync("/x", new ScriptedStream(new byte[100_000]).Close(failure), _gzip, Token));

        Assert.Same(failure, error);
        byte[] trailer = [.. BitConverter.GetBytes(100_000)];
        Assert.False(sent.ToArray().AsSpan().EndsWith(trailer));
    }

    [Fact]
    public async Task A_file_is_asked_for_in_compressed_form_and_unpacked_as_it_arrives()
    {
        var body = new ScriptedStream(Pack("grüße"));
        var handler = new FakeHandler(_ => Packed(body));

        await using SandboxFileStream stream = await Client.Sandbox(handler).Files.OpenReadAsync("/x", _gzip, Token);
        byte[] buffer = new byte[100];
        int read = await stream.ReadAsync(buffer, Token);

        Assert.Equal("grüße", Encoding.UTF8.GetString(buffer, 0, read));
        Assert.Equal("gzip", handler.Only.Headers["Accept-Encoding"]);
        Assert.Null(stream.TotalLength);
        body.Close();
        Assert.Equal(0, await stream.ReadAsync(buffer, Token));
    }

    [Fact]
    public async Task Compressed_content_is_read_whole_too()
    {
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Packed(new ScriptedStream(Pack(new string('b', 300_000))).Close())));

        Assert.Equal(new string('b', 300_000), await sandbox.Files.ReadTextAsync("/x", _gzip, Token));
    }

    [Fact]
    public async Task Compressed_content_that_is_damaged_is_no_valid_answer()
    {
        byte[] packed = Pack(new string('b', 300_000));
        packed[^6] ^= 0xFF;
        Sandbox sandbox = Client.Sandbox(new FakeHandler(_ => Packed(new ScriptedStream(packed).Close())));

        await Assert.ThrowsAsync<E2BProtocolException>(() => sandbox.Files.ReadTextAsync("/x", _gzip, Token));
    }

    [Fact]
    public async Task Nothing_compressed_is_asked_for_on_the_wire_by_default()
    {
        var heads = new List<string>();
        await using var server = new FakeServer(async (_, exchange) =>
        {
            heads.Add(exchange.Head);
            await exchange.AnswerAsync(200, "text/plain", "abc"u8.ToArray());
        });

        Assert.Equal("abc", await server.Sandbox().Files.ReadTextAsync("/x", cancellationToken: Token));

        string head = Assert.Single(heads);
        Assert.Contains("X-Access-Token", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Accept-Encoding", head, StringComparison.OrdinalIgnoreCase);
    }

    private static HttpResponseMessage Packed(Stream body)
    {
        var response = new HttpResponseMessage { Content = new StreamContent(body) };
        response.Content.Headers.ContentEncoding.Add("gzip");
        return response;
    }

    private static byte[] Pack(string text)
    {
        var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.Optimal))
        {
            packer.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private static string Unpack(byte[] packed) =>
        new StreamReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress)).ReadToEnd();

    /// <summary>A fake: takes a body as the network would, piece by piece, and keeps what came before a failure.</summary>
    private sealed class PassingHandler(MemoryStream sent) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(sent, cancellationToken);
            return Answers.Text(200, Written);
        }
    }
}
