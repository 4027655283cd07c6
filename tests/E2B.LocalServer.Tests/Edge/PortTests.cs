using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using E2B.LocalServer.Network.Ports;
using E2B.LocalServer.Tests.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.Edge;

/// <summary>What a sandbox's own programs see of requests, and what clients see when there is none.</summary>
public sealed class PortTests : IAsyncDisposable
{
    private const int Port = 8080;
    private readonly ConcurrentQueue<string> _heads = new();
    private readonly List<IAsyncDisposable> _programs = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable program in _programs)
        {
            await program.DisposeAsync();
        }
    }

    [Fact]
    public async Task Restricted_ports_want_the_token()
    {
        await using TestServer server = await StartAsync();
        Answer made = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");
        string id = (string)made.Json!["sandboxID"]!;
        string token = (string)made.Json["trafficAccessToken"]!;
        (string, string) host = ("Host", $"{Port}-{id}.localhost");

        Answer missing = await server.SendAsync("GET", "/", null, host);
        Assert.Equal(HttpStatusCode.Forbidden, missing.Status);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$"""{"sandboxId":"{{id}}","message":"Sandbox is secured with traffic access token. Token header 'e2b-traffic-access-token' is missing","code":403}"""),
            missing.Json));

        Answer wrong = await server.SendAsync("GET", "/", null, host, ("E2B-Traffic-Access-Token", (string)made.Json["envdAccessToken"]!));
        Assert.Equal(HttpStatusCode.Forbidden, wrong.Status);
        Assert.Equal("Sandbox is secured with traffic access token. Provided token in header 'e2b-traffic-access-token' is invalid", wrong.Message);

        Assert.Empty(_heads);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", "/", null, host, ("E2B-Traffic-Access-Token", token))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("GET", "/", null, TestServer.RoutingHeaders(id, Port))).Status);

        // The agent has a token of its own.
        Assert.Equal(HttpStatusCode.OK, (await server.EdgeAsync(id, "GET", "/x")).Status);
    }

    [Fact]
    public async Task A_token_is_no_other_sandboxs()
    {
        await using TestServer server = await StartAsync();
        Answer first = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");
        Answer second = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false}}""");

        Answer answer = await server.SendAsync(
            "GET", "/", null, ("Host", $"{Port}-{(string)first.Json!["sandboxID"]!}.localhost"), ("E2B-Traffic-Access-Token", (string)second.Json!["trafficAccessToken"]!));

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
    }

    [Theory]
    [InlineData("""localhost:${PORT}""", "localhost:8080")]
    [InlineData("""my.example""", "my.example")]
    [InlineData("""${PORT}-${PORT}.x""", "8080-8080.x")]
    public async Task The_host_can_be_masked(string mask, string host)
    {
        await using TestServer server = await StartAsync();
        string id = await server.CreateAsync($$""","network":{"maskRequestHost":"{{mask}}"}""");

        await server.SendAsync("GET", "/", null, ("Host", $"{Port}-{id}.localhost"), ("X-Forwarded-Host", "forged"));

        string[] head = Assert.Single(_heads).Split("\r\n");
        Assert.Equal("Host: " + host, Assert.Single(head, line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)));
        Assert.Equal($"X-Forwarded-Host: {Port}-{id}.localhost", Assert.Single(head, line => line.StartsWith("X-Forwarded-Host:", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Unmasked_it_is_what_the_client_said_and_the_agents_never_is_masked()
    {
        string? agentHost = null;
        await using TestServer server = await StartAsync(context =>
        {
            agentHost = context.Request.Host.Value;
            return Task.CompletedTask;
        });
        string id = await server.CreateAsync(""","network":{"maskRequestHost":"my.example"}""");
        await server.SendAsync("GET", "/", null, ("Host", $"49983-{id}.localhost"));
        Assert.Equal($"49983-{id}.localhost", agentHost);

        id = await server.CreateAsync();
        await server.SendAsync("GET", "/", null, ("Host", $"{Port}-{id}.localhost:3000"));
        Assert.Contains($"\r\nHost: {Port}-{id}.localhost:3000\r\n", Assert.Single(_heads), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_speaks_HTTPS_is_spoken_to_so()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 made = new CertificateRequest("CN=own", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        await using TestServer server = await TestServer.StartAsync();
        server.Host.ConnectPort = ConnectTo(async (socket, ending) =>
        {
            await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ending);
            await ReadHeadAsync(stream, ending);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"u8.ToArray(), ending);
            await stream.ShutdownAsync();
        });
        string id = await server.CreateAsync($$""","network":{"httpsPorts":[{{Port}}]}""");

        Assert.Equal("secret", (await server.SendAsync("GET", "/", null, ("Host", $"{Port}-{id}.localhost"))).Text);
        Assert.Equal(HttpStatusCode.BadGateway, (await server.SendAsync("GET", "/", null, ("Host", $"8081-{id}.localhost"))).Status);
    }

    [Fact]
    public async Task A_program_that_is_just_starting_is_waited_for()
    {
        await using TestServer server = await StartAsync();
        Func<int, Stream> connect = server.Host.ConnectPort;
        int attempts = 0;
        server.Host.ConnectPort = port => ++attempts < 4 ? throw new SocketException((int)SocketError.ConnectionRefused) : connect(port);
        string id = await server.CreateAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", "/", null, ("Host", $"{Port}-{id}.localhost"))).Status);
        Assert.Equal(4, attempts);
    }

    [Theory]
    [InlineData("Mozilla/5.0 Firefox/140", null, null, true)]
    [InlineData("Mozilla/5.0 Firefox/140", "application/json", null, false)]
    [InlineData("Mozilla/5.0 Firefox/140", null, "cors", false)]
    [InlineData("curl/8", null, null, false)]
    public async Task A_person_at_a_browser_gets_a_page(string agent, string? accept, string? mode, bool isPage)
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.ConnectPort = _ => throw new SocketException((int)SocketError.ConnectionRefused);
        string id = await server.CreateAsync();
        List<(string, string)> headers = [("Host", $"{Port}-{id}.localhost"), ("User-Agent", agent)];
        if (accept is not null)
        {
            headers.Add(("Accept", accept));
        }

        if (mode is not null)
        {
            headers.Add(("Sec-Fetch-Mode", mode));
        }

        Answer answer = await server.SendAsync("GET", "/", null, [.. headers]);

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.Equal(isPage ? "text/html" : "application/json", answer.Response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("The sandbox is running but port is not open", answer.Text, StringComparison.Ordinal);
        Assert.Contains(id, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_this_servers_key_stays_outside()
    {
        await using TestServer server = await StartAsync();
        string id = await server.CreateAsync();

        await server.SendAsync("GET", "/", null, ("Host", $"{Port}-{id}.localhost"), ("X-API-KEY", TestServer.Key));
        await server.SendAsync("GET", "/", null, ("Host", $"{Port}-{id}.localhost"), ("X-API-KEY", "the program's own"));

        Assert.Equal(2, _heads.Count);
        Assert.DoesNotContain("X-API-KEY", _heads.First(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("X-API-KEY: the program's own", _heads.Last(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_listener_leads_to_one_port_as_the_edge_does()
    {
        await using TestServer server = await StartAsync();
        Answer made = await server.ApiAsync("POST", "/v2/sandboxes", """{"templateID":"base","network":{"allowPublicTraffic":false,"maskRequestHost":"my.example"}}""");
        string id = (string)made.Json!["sandboxID"]!;
        Answer opened = await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}");
        Assert.Equal(HttpStatusCode.OK, opened.Status);
        string url = (string)opened.Json!["url"]!;
        Assert.Matches("^http://127\\.0\\.0\\.1:[0-9]+$", url);
        Assert.Equal(url, (string)(await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}", """{"protocol":"http"}""")).Json!["url"]!);

        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("GET", url + "/a?b")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("GET", url + "/a?b", null, ("E2b-Traffic-Access-Token", (string)made.Json["trafficAccessToken"]!))).Status);
        Assert.StartsWith("GET /a?b HTTP/1.1\r\nHost: my.example\r\n", Assert.Single(_heads), StringComparison.Ordinal);

        // No other sandbox or port, whatever the headers say; and no other web page.
        string other = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("GET", url, null, TestServer.RoutingHeaders(other, 9))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.SendAsync("GET", url, null, ("Host", "evil.example"))).Status);
        Assert.Single(_heads);
    }

    [Fact]
    public async Task Nothing_there_is_502_at_a_listener_too()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.ConnectPort = _ => throw new SocketException((int)SocketError.ConnectionRefused);
        string id = await server.CreateAsync();
        string url = (string)(await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}")).Json!["url"]!;

        Answer answer = await server.SendAsync("GET", url);

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.Equal("The sandbox is running but port is not open", answer.Message);
    }

    [Fact]
    public async Task A_listener_for_bytes_passes_them_as_they_are()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.ConnectPort = ConnectTo(async (socket, ending) =>
        {
            // The server speaks first, and the end of one direction is not the end of the other.
            await socket.SendAsync("hello "u8.ToArray(), ending);
            byte[] block = new byte[100];
            var all = new MemoryStream();
            while (await socket.ReceiveAsync(block, ending) is > 0 and int count)
            {
                all.Write(block, 0, count);
            }

            await socket.SendAsync(all.ToArray(), ending);
            socket.Shutdown(SocketShutdown.Send);
        });
        string id = await server.CreateAsync();
        var url = new Uri((string)(await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}", """{"protocol":"tcp"}""")).Json!["url"]!);
        Assert.Equal("tcp", url.Scheme);

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, url.Port, Token);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(new byte[] { 0, 255, 10, 13 }, Token);
        client.Client.Shutdown(SocketShutdown.Send);
        var received = new MemoryStream();
        await stream.CopyToAsync(received, Token);
        Assert.Equal([.. "hello "u8, 0, 255, 10, 13], received.ToArray());
    }

    [Theory]
    [InlineData("http")]
    [InlineData("tcp")]
    public async Task A_listener_ends_with_its_sandbox_and_when_told(string protocol)
    {
        await using TestServer server = await StartAsync();
        string id = await server.CreateAsync();
        string body = $$"""{"protocol":"{{protocol}}"}""";
        int port = new Uri((string)(await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}", body)).Json!["url"]!).Port;
        Assert.True(await ConnectsAsync(port));

        Assert.Equal(HttpStatusCode.NoContent, (await server.ApiAsync("DELETE", $"/local/sandboxes/{id}/ports/{Port}")).Status);
        Assert.False(await ConnectsAsync(port));
        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("DELETE", $"/local/sandboxes/{id}/ports/{Port}")).Status);

        port = new Uri((string)(await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}", body)).Json!["url"]!).Port;
        Assert.True(await ConnectsAsync(port));
        await server.ApiAsync("DELETE", $"/sandboxes/{id}");
        for (DateTime end = DateTime.UtcNow.AddSeconds(20); await ConnectsAsync(port);)
        {
            Assert.True(DateTime.UtcNow < end, "the listener outlives its sandbox");
            await Task.Delay(20, Token);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await server.ApiAsync("POST", $"/local/sandboxes/{id}/ports/{Port}", body)).Status);
    }

    [Theory]
    [InlineData("/local/sandboxes/{0}/ports/0", "", HttpStatusCode.BadRequest)]
    [InlineData("/local/sandboxes/{0}/ports/x", "", HttpStatusCode.BadRequest)]
    [InlineData("/local/sandboxes/{0}/ports/80", """{"protocol":"udp"}""", HttpStatusCode.BadRequest)]
    [InlineData("/local/sandboxes/inobody/ports/80", "", HttpStatusCode.NotFound)]
    public async Task A_listener_that_cannot_be_is_refused(string path, string body, HttpStatusCode status)
    {
        await using TestServer server = await StartAsync();
        string id = await server.CreateAsync();

        path = path.Replace("{0}", id, StringComparison.Ordinal);
        Assert.Equal(status, (await server.ApiAsync("POST", path, body.Length > 0 ? body : null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync("POST", path)).Status);
    }

    private static async Task<bool> ConnectsAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> ReadHeadAsync(Stream stream, CancellationToken ending)
    {
        byte[] block = new byte[16 * 1024];
        int length = 0;
        while (block.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int read = await stream.ReadAsync(block.AsMemory(length), ending);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return Encoding.Latin1.GetString(block, 0, length);
    }

    /// <summary>A server with a program on the port that notes what it is asked.</summary>
    private async Task<TestServer> StartAsync(Microsoft.AspNetCore.Http.RequestDelegate? agent = null)
    {
        TestServer server = await TestServer.StartAsync(agent);
        server.Host.ConnectPort = ConnectTo(async (socket, ending) =>
        {
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            _heads.Enqueue(await ReadHeadAsync(stream, ending));
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), ending);
        });
        return server;
    }

    private Func<int, Stream> ConnectTo(Func<Socket, CancellationToken, Task> serve)
    {
        var program = new TcpService(null, new IPEndPoint(IPAddress.Loopback, 0), serve);
        _programs.Add(program);
        return port =>
        {
            if (port != Port)
            {
                throw new SocketException((int)SocketError.ConnectionRefused);
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, program.Port);
            return new NetworkStream(socket, ownsSocket: true);
        };
    }
}
