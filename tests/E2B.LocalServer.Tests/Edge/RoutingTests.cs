using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using E2B.LocalServer.Tests.ControlPlane;
using E2B.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace E2B.LocalServer.Tests.Edge;

public sealed class RoutingTests
{
    [Fact]
    public async Task Headers_name_the_sandbox()
    {
        await using TestServer server = await TestServer.StartAsync(EchoAsync);
        await server.CreateAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.EdgeAsync(id, "GET", "/x?a=b");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("/x?a=b", (string)answer.Json!["target"]!);
        Assert.Equal(id, (string)answer.Json["headers"]!["E2b-Sandbox-Id"]!);
        Assert.Equal("49983", (string)answer.Json["headers"]!["E2b-Sandbox-Port"]!);
    }

    [Theory]
    [InlineData("49983-{0}.localhost")]
    [InlineData("49983-{0}.localhost:3000")]
    [InlineData("49983-{0}.sandbox.LOCALHOST")]
    public async Task So_does_a_host_name_which_counts_more(string host)
    {
        await using TestServer server = await TestServer.StartAsync(EchoAsync);
        string id = await server.CreateAsync();
        host = host.Replace("{0}", id, StringComparison.Ordinal);

        Answer answer = await server.SendAsync("GET", "/sandboxes", null, ("Host", host), ("E2b-Sandbox-Id", "iforged"), ("E2b-Sandbox-Port", "1"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(id, (string)answer.Json!["headers"]!["E2b-Sandbox-Id"]!);
        Assert.Equal("49983", (string)answer.Json["headers"]!["E2b-Sandbox-Port"]!);
        Assert.Equal(host, (string)answer.Json["headers"]!["Host"]!);
    }

    [Theory]
    [InlineData("E2b-Sandbox-Id", "iabc", "missing header E2b-Sandbox-Port")]
    [InlineData("E2b-Sandbox-Port", "49983", "missing header E2b-Sandbox-Id")]
    public async Task Half_the_headers_are_400(string name, string value, string message)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.SendAsync("GET", "/health", null, (name, value));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(message, answer.Message);
    }

    [Theory]
    [InlineData("I-UPPER", "49983")]
    [InlineData("iabc", "http")]
    [InlineData("iabc", "0")]
    [InlineData("iabc", "65536")]
    public async Task So_are_bad_ones(string id, string port)
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.SendAsync("GET", "/health", null, ("E2b-Sandbox-Id", id), ("E2b-Sandbox-Port", port));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task An_unknown_sandbox_is_502_as_in_the_cloud()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer answer = await server.EdgeAsync("inobody", "GET", "/health");

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"sandboxId":"inobody","message":"The sandbox was not found","code":502}"""),
            answer.Json));
    }

    [Fact]
    public async Task So_is_an_ended_one_at_once()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.EdgeAsync(id, "GET", "/health")).Status);

        server.Clock.Advance(TimeSpan.FromSeconds(300));

        Assert.Equal(HttpStatusCode.BadGateway, (await server.EdgeAsync(id, "GET", "/health")).Status);
    }

    [Theory]
    [InlineData("read", "GET", "user", null)]
    [InlineData("read", "HEAD", "", null)]
    [InlineData("read", "GET", "user", 4102444800L)]
    [InlineData("write", "POST", "", null)]
    public async Task A_signature_alone_names_the_sandbox(string operation, string method, string user, long? until)
    {
        string? seen = null;
        await using TestServer server = await TestServer.StartAsync(context =>
        {
            seen = context.Request.Headers["E2b-Sandbox-Id"];
            return Task.CompletedTask;
        });
        string id = await server.CreateAsync();
        string token = (string)server.Host.Only.Init!["accessToken"]!;
        await server.CreateAsync();
        const string Path = "/home/user/a b+ü&.txt";
        string query = $"path={Uri.EscapeDataString(Path)}" + (user.Length > 0 ? "&username=" + user : "")
            + "&signature=" + Uri.EscapeDataString(FileSignature.Compute(Path, operation, user, token, until))
            + (until is null ? "" : $"&signature_expiration={until}");

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(method, "/files?" + query)).Status);
        Assert.Equal(id, seen);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.SendAsync(method, "/files?" + query + "&username=root")).Status);
    }

    [Fact]
    public async Task A_signature_of_no_running_sandbox_is_401()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.CreateAsync();

        Answer answer = await server.SendAsync("GET", "/files?path=/a&signature=v1_no");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Contains("signature", answer.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync("GET", "/files?path=/a")).Status);
    }

    [Theory]
    [InlineData("/init")]
    [InlineData("/INIT/")]
    [InlineData("//init")]
    [InlineData("/x/../init")]
    [InlineData("/%69nit")]
    [InlineData("/freeze")]
    [InlineData("/upgrade?a=b")]
    public async Task What_is_the_control_planes_alone_is_not_reached(string path)
    {
        bool reached = false;
        await using TestServer server = await TestServer.StartAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        string id = await server.CreateAsync();
        JsonNode init = server.Host.Only.Init!;
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {id}\r\nE2b-Sandbox-Port: 49983\r\nContent-Length: 2\r\n\r\n{{}}");

        Assert.StartsWith("HTTP/1.1 404 ", await connection.ReadUntilAsync("\r\n"), StringComparison.Ordinal);
        Assert.False(reached);
        Assert.Same(init, server.Host.Only.Init);
    }

    [Fact]
    public async Task The_key_and_forged_headers_stay_outside()
    {
        await using TestServer server = await TestServer.StartAsync(EchoAsync);
        string id = await server.CreateAsync();

        Answer answer = await server.EdgeAsync(
            id, "GET", "/", ("X-API-KEY", TestServer.Key), ("X-Access-Token", "t"), ("Authorization", "Basic dXNlcjo="), ("Connection", "X-Mine"), ("X-Mine", "1"), ("TE", "trailers"), ("Keep-Alive", "9"), ("X-Other", "2"));

        JsonObject headers = answer.Json!["headers"]!.AsObject();
        Assert.Equal("t", (string)headers["X-Access-Token"]!);
        Assert.Equal("Basic dXNlcjo=", (string)headers["Authorization"]!);
        Assert.Equal("2", (string)headers["X-Other"]!);
        foreach (string name in new[] { "X-API-KEY", "X-Mine", "TE", "Keep-Alive", "Connection" })
        {
            Assert.False(headers.ContainsKey(name), name);
        }
    }

    [Theory]
    [InlineData("/a%2Fb/%C3%BC?q=%2B+%20&&x")]
    [InlineData("/x/../files?path=/a")]
    public async Task The_target_arrives_as_it_was_written(string target)
    {
        await using TestServer server = await TestServer.StartAsync(EchoAsync);
        string id = await server.CreateAsync();
        using RawConnection connection = await server.ConnectAsync();

        await connection.SendAsync($"GET {target} HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {id}\r\nE2b-Sandbox-Port: 49983\r\nConnection: close\r\n\r\n");

        Assert.Contains(JsonSerializer.Serialize(target), await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_port_is_501_while_the_host_offers_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        string id = await server.CreateAsync();

        Answer answer = await server.SendAsync("GET", "/", null, TestServer.RoutingHeaders(id, 8080));

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.Equal(8080, (int)answer.Json!["port"]!);
        Assert.Equal(id, (string)answer.Json["sandboxId"]!);
    }

    [Fact]
    public async Task A_closed_port_is_502_as_in_the_cloud()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Host.ConnectPort = _ => throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.ConnectionRefused);
        string id = await server.CreateAsync();

        Answer answer = await server.SendAsync("GET", "/", null, ("Host", $"8080-{id}.localhost"));

        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.Equal("The sandbox is running but port is not open", answer.Message);
        Assert.Equal(8080, (int)answer.Json!["port"]!);
    }

    private static Task EchoAsync(HttpContext context)
    {
        var headers = new JsonObject();
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues value) in context.Request.Headers)
        {
            headers[name] = value.ToString();
        }

        context.Response.ContentType = "application/json";
        var text = new JsonObject { ["target"] = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, ["headers"] = headers };
        return context.Response.WriteAsync(text.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default }));
    }
}
