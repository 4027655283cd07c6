using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using E2B.LocalServer.ControlPlane;
using E2B.Protocol;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Attempts from outside sandboxes, by their doors, or by the server's.</summary>
[Collection(Attempts.Name)]
public sealed class EdgeAttempts(IsolationWorld world)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("another sandbox's token")]
    [InlineData("no token")]
    [InlineData("an invented token")]
    [InlineData("the API key")]
    [InlineData("a forged signature")]
    [InlineData("another sandbox's signature")]
    [InlineData("an old signature")]
    public async Task Files_are_not_read_with(string what)
    {
        (E2B.Sandbox attacker, _) = await world.StartAsync(_ => { });
        string attackersToken = await TokenOfAsync(attacker);
        foreach (bool isOpen in (bool[])[true, false])
        {
            (E2B.Sandbox victim, _) = await world.StartAsync(_ => { }, secure: !isOpen);
            await victim.Files.WriteTextAsync("/home/user/kept", "kept", cancellationToken: Token);
            using HttpRequestMessage request = For(victim, "/files?path=/home/user/kept&username=user" + what switch
            {
                "a forged signature" => "&signature=v1_" + new string('A', 43),
                "another sandbox's signature" => "&signature=" + Uri.EscapeDataString(FileSignature.Compute("/home/user/kept", "read", "user", attackersToken, null)),
                "an old signature" => "&signature_expiration=1000000000&signature="
                    + Uri.EscapeDataString(FileSignature.Compute("/home/user/kept", "read", "user", isOpen ? attackersToken : await TokenOfAsync(victim), 1_000_000_000)),
                _ => string.Empty,
            });
            if (what switch { "another sandbox's token" => attackersToken, "an invented token" => new string('0', 64), "the API key" => IsolationWorld.Key, _ => null } is { } token)
            {
                request.Headers.Add(E2BHeaders.AccessToken, token);
            }

            using var http = new HttpClient();
            using HttpResponseMessage answer = await http.SendAsync(request, Token);
            Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
            await victim.KillAsync(Token);
        }

        await attacker.KillAsync(Token);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("/process.Process/List", "{}")]
    [InlineData("/filesystem.Filesystem/ListDir", """{"path":"/home/user"}""")]
    public async Task Nor_are_calls_made_with_another_sandboxs_token(string path, string body)
    {
        (E2B.Sandbox attacker, _) = await world.StartAsync(_ => { });
        foreach (bool isOpen in (bool[])[true, false])
        {
            (E2B.Sandbox victim, _) = await world.StartAsync(_ => { }, secure: !isOpen);
            using HttpRequestMessage request = For(victim, path);
            request.Method = HttpMethod.Post;
            request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
            request.Headers.Add(E2BHeaders.AccessToken, await TokenOfAsync(attacker));
            using var http = new HttpClient();
            using HttpResponseMessage answer = await http.SendAsync(request, Token);
            Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, answer.StatusCode);
            await victim.KillAsync(Token);
        }

        await attacker.KillAsync(Token);
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example:3000")]
    [InlineData("10.0.0.1")]
    public async Task A_name_that_somebody_else_owns_does_not_lead_here(string host)
    {
        Uri open = await world.StartServerAsync(ServerLimits.Default with { OnlyOurHostNames = false });
        string request = $"GET /sandboxes HTTP/1.1\r\nHost: {host}\r\nX-API-KEY: {IsolationWorld.Key}\r\nConnection: close\r\n\r\n";

        Assert.Equal("200", await StatusAsync(open, request));
        Assert.Equal("403", await StatusAsync(world.Url, request));
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("/init")]
    [InlineData("/%69nit")]
    public async Task What_is_for_the_control_plane_is_not_reached(string path)
    {
        Uri open = await world.StartServerAsync(ServerLimits.Default with { HideInternalPaths = false });
        foreach (Uri server in (Uri[])[open, world.Url])
        {
            // With the right token: whoever has it could still change whose the sandbox is.
            using E2BClient client = IsolationWorld.ClientOf(server);
            E2B.Sandbox sandbox = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(5) }, Token);
            string status = await StatusAsync(server, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {sandbox.SandboxId}\r\nE2b-Sandbox-Port: 49983\r\nX-Access-Token: {await TokenOfAsync(sandbox)}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}");
            Assert.True(server == open ? status != "404" : status == "404", status);
            await sandbox.KillAsync(Token);
        }

        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task Oversized_headers_are_refused()
    {
        Uri open = await world.StartServerAsync(ServerLimits.Default with { HeaderBytes = 1024 * 1024 });
        string request = $"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Much: {new string('x', 200_000)}\r\nConnection: close\r\n\r\n";

        Assert.Equal("200", await StatusAsync(open, request));
        Assert.Equal("431", await StatusAsync(world.Url, request));
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task So_are_oversized_bodies()
    {
        Uri open = await world.StartServerAsync(ServerLimits.Default with { BodyBytes = 1024 * 1024 * 1024 });
        string body = "{\"templateID\":\"none\",\"metadata\":{\"much\":\"" + new string('x', 8 * 1024 * 1024) + "\"}}";
        string request = $"POST /sandboxes HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: {IsolationWorld.Key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

        // Read as a whole, and only then found to ask for what there is none of.
        Assert.Equal("404", await StatusAsync(open, request));
        Assert.Equal("413", await StatusAsync(world.Url, request));
        await world.AssertUnharmedAsync();
    }

    [Theory]
    [InlineData("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")]
    [InlineData("POST /sandboxes HTTP/1.1\r\nHost: localhost\r\nX-API-KEY: " + IsolationWorld.Key + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    public async Task Requests_that_never_end_are_ended(string start)
    {
        Uri open = await world.StartServerAsync(ServerLimits.Default with { HeadTime = TimeSpan.FromHours(1), BodyRate = null });
        Uri closed = await world.StartServerAsync(ServerLimits.Default with { HeadTime = TimeSpan.FromSeconds(2), BodyRate = new MinDataRate(240, TimeSpan.FromSeconds(2)) });
        using Socket patient = await ConnectAsync(open);
        using Socket slow = await ConnectAsync(closed);
        await patient.SendAsync(Encoding.ASCII.GetBytes(start), Token);
        await slow.SendAsync(Encoding.ASCII.GetBytes(start), Token);

        await AnswerAsync(slow); // it answers or closes: what matters is that it does not wait
        Assert.False(patient.Poll(0, SelectMode.SelectRead));
        Assert.InRange(ServerLimits.Default.HeadTime, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.NotNull(ServerLimits.Default.BodyRate);
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task A_flood_of_connections_takes_no_more_than_its_share()
    {
        const int Flood = 200;
        Uri open = await world.StartServerAsync(ServerLimits.Default with { Connections = 100_000 });
        Uri closed = await world.StartServerAsync(ServerLimits.Default with { Connections = 50 });

        Assert.Equal(Flood, await FloodAsync(open));
        Assert.Equal(50, await FloodAsync(closed));
        Assert.True(ServerLimits.Default.Connections * 2 < E2B.LocalServer.Runtime.ProcessLimits.OpenFiles);

        // When it is over, everything is as before.
        using var http = new HttpClient();
        Assert.Equal("Health check successful", await http.GetStringAsync(new Uri(closed, "/health"), Token));
        await world.AssertUnharmedAsync();

        static async Task<int> FloodAsync(Uri server)
        {
            var sockets = new List<Socket>();
            int answered = 0;
            try
            {
                for (int i = 0; i < Flood; i++)
                {
                    sockets.Add(await ConnectAsync(server));
                }

                foreach (Socket socket in sockets)
                {
                    answered += await TryAskAsync(socket) ? 1 : 0;
                }

                return answered;
            }
            finally
            {
                sockets.ForEach(socket => socket.Dispose());
            }
        }
    }

    [Fact]
    public async Task An_upload_that_swells_when_unpacked_ends_at_the_disk()
    {
        foreach (bool isOpen in (bool[])[true, false])
        {
            (E2B.Sandbox sandbox, _) = await world.StartAsync(change => change.DiskMiB = isOpen ? 600 : 96);
            using HttpRequestMessage request = For(sandbox, "/files?path=/home/user/bomb&username=user");
            request.Method = HttpMethod.Post;
            request.Headers.Add(E2BHeaders.AccessToken, await TokenOfAsync(sandbox));
            var content = new ByteArrayContent(Bomb(200));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            content.Headers.ContentEncoding.Add("gzip");
            request.Content = content;
            using var http = new HttpClient();
            using HttpResponseMessage answer = await http.SendAsync(request, Token);
            Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.InsufficientStorage, answer.StatusCode);
            await sandbox.KillAsync(Token);
            await world.AssertUnharmedAsync();
        }
    }

    private static byte[] Bomb(int mebibytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            byte[] zeros = new byte[1024 * 1024];
            for (int i = 0; i < mebibytes; i++)
            {
                gzip.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    private HttpRequestMessage For(E2B.Sandbox sandbox, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Url, path));
        request.Headers.Add(E2BHeaders.SandboxId, sandbox.SandboxId);
        request.Headers.Add(E2BHeaders.SandboxPort, "49983");
        return request;
    }

    /// <summary>The sandbox's token, as the server tells whoever has the key.</summary>
    private static async Task<string> TokenOfAsync(E2B.Sandbox sandbox)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(sandbox.Client.Connection.ApiUrl, $"/sandboxes/{sandbox.SandboxId}"));
        request.Headers.Add(E2BHeaders.ApiKey, IsolationWorld.Key);
        using HttpResponseMessage answer = await http.SendAsync(request, Token);
        return (string?)System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync(Token))!["envdAccessToken"] ?? string.Empty;
    }

    private static async Task<Socket> ConnectAsync(Uri server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Token);
        return socket;
    }

    private static async Task<string> StatusAsync(Uri server, string request)
    {
        using Socket socket = await ConnectAsync(server);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), Token);
        }
        catch (SocketException)
        {
            // Answered before it was read to the end.
        }

        string answer = await AnswerAsync(socket);
        return answer.Split(' ') is [_, var status, ..] ? status : $"no answer: {answer}";
    }

    private static async Task<string> AnswerAsync(Socket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(_patience);
        byte[] block = new byte[4096];
        try
        {
            return Encoding.ASCII.GetString(block, 0, await socket.ReceiveAsync(block, limit.Token));
        }
        catch (SocketException)
        {
            return "closed";
        }
    }

    private static async Task<bool> TryAskAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Token);
            return (await AnswerAsync(socket)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
