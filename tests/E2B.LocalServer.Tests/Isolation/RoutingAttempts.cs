using E2B.LocalServer.ControlPlane;
using Xunit;

namespace E2B.LocalServer.Tests.Isolation;

/// <summary>Requests to the edge that could be read in two ways, by somebody who may reach one sandbox and is after another.</summary>
[Collection(Attempts.Name)]
public sealed class RoutingAttempts(IsolationWorld world)
{
    private const int Port = 8123;
    private const string Kept = "the other's own";

    private static readonly (string Name, string Head, string Status)[] _requests =
    [
        ("two ids", "GET /secret HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {other}\r\nE2b-Sandbox-Id: {own}\r\nE2b-Sandbox-Port: 8123", "400"),
        ("a list of ids", "GET /secret HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {other}, {own}\r\nE2b-Sandbox-Port: 8123", "400"),
        ("an id that is a path", "GET /secret HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {own}/../{other}\r\nE2b-Sandbox-Port: 8123", "400"),
        ("two ports", "GET /secret HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {other}\r\nE2b-Sandbox-Port: 8123\r\nE2b-Sandbox-Port: 49983", "400"),
        ("a list of ports", "GET /secret HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {other}\r\nE2b-Sandbox-Port: 8123,49983", "400"),

        // As a page that came from one sandbox can send them. It arrives where the page came from, and nothing listens there.
        ("headers that contradict the host name", "GET /secret HTTP/1.1\r\nHost: 8123-{own}.localhost\r\nE2b-Sandbox-Id: {other}\r\nE2b-Sandbox-Port: 8123", "502"),
        ("an address that contradicts the host name", "GET http://8123-{other}.localhost/secret HTTP/1.1\r\nHost: 8123-{own}.localhost", "400"),
    ];

    [Fact]
    public async Task What_could_be_for_two_sandboxes_does_not_reach_the_other()
    {
        Uri open = await world.StartServerAsync(ServerLimits.Default with { OneMeaningOnly = false });
        foreach (Uri server in (Uri[])[open, world.Url])
        {
            using E2BClient client = IsolationWorld.ClientOf(server);
            E2B.Sandbox own = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(5) }, IsolationWorld.Token);
            E2B.Sandbox other = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(5) }, IsolationWorld.Token);
            await other.Files.WriteTextAsync("/home/user/secret", Kept, cancellationToken: IsolationWorld.Token);
            await other.Commands.RunAsync(
                $"nohup python3 -m http.server {Port} > /dev/null 2>&1 & until curl -sf localhost:{Port}/secret > /dev/null; do :; done", cancellationToken: IsolationWorld.Token);

            // Whoever says one thing gets there.
            Assert.Contains(Kept, await AskAsync(server, "GET /secret HTTP/1.1\r\nHost: 8123-{other}.localhost", own, other), StringComparison.Ordinal);
            foreach ((string name, string head, string status) in _requests)
            {
                string answer = await AskAsync(server, head, own, other);
                string said = $"{name}, {(server == open ? "in the control run" : "in the server as it is")}: {answer}";
                Assert.True(answer.Contains(Kept, StringComparison.Ordinal) == (server == open), said);
                Assert.True(server == open || RawHttp.Status(answer) == status, said);
            }

            await own.KillAsync(IsolationWorld.Token);
            await other.KillAsync(IsolationWorld.Token);
        }

        await world.AssertUnharmedAsync();
    }

    /// <summary>The control run is the same request without the edge's reading of it: bytes passed on as they are.</summary>
    [Theory]
    [InlineData("Content-Length: 4\r\nContent-Length: 60")]
    [InlineData("Content-Length: 4, 60")]
    [InlineData("Content-Length: x")]
    [InlineData("Content-Length: -1")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("X-Space : a")]
    [InlineData("X-Fold: a\r\n b")]
    public async Task A_request_whose_end_could_be_in_two_places_is_not_passed_on(string header)
    {
        string head = $"HEAD /secret HTTP/1.1\r\nHost: localhost\r\nE2b-Sandbox-Id: {world.Neighbour.SandboxId}\r\nE2b-Sandbox-Port: {IsolationWorld.NeighbourPort}\r\n{header}\r\nConnection: close\r\n\r\n";

        Assert.Equal("200", RawHttp.Status(await RawHttp.AskAsync(await world.OpenBytesAsync(world.Neighbour, IsolationWorld.NeighbourPort), head)));
        Assert.Equal("400", RawHttp.Status(await RawHttp.AskAsync(world.Url, head)));
        await world.AssertUnharmedAsync();
    }

    [Fact]
    public async Task An_answers_head_is_read_with_a_limit()
    {
        const string Program = """
            import socket
            listener = socket.create_server(('127.0.0.1', 8124))
            while True:
                one, _ = listener.accept()
                one.recv(4096)
                one.sendall(b'HTTP/1.1 200 OK\r\nX-Much: ' + b'x' * 200_000 + b'\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
                one.close()
            """;
        Uri open = await world.StartServerAsync(ServerLimits.Default with { AnswerHeadBytes = 1024 * 1024 });
        foreach (Uri server in (Uri[])[open, world.Url])
        {
            using E2BClient client = IsolationWorld.ClientOf(server);
            E2B.Sandbox own = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Timeout = TimeSpan.FromMinutes(5) }, IsolationWorld.Token);
            await own.Files.WriteTextAsync("/home/user/program", Program, cancellationToken: IsolationWorld.Token);
            await own.Commands.RunAsync("nohup python3 program > /dev/null 2>&1 & until grep -q :1FBC /proc/net/tcp; do :; done", cancellationToken: IsolationWorld.Token);

            string answer = await RawHttp.AskAsync(server, $"GET / HTTP/1.1\r\nHost: 8124-{own.SandboxId}.localhost\r\nConnection: close\r\n\r\n");
            Assert.Equal(server == open ? "200" : "502", RawHttp.Status(answer));
            await own.KillAsync(IsolationWorld.Token);
        }

        await world.AssertUnharmedAsync();
    }

    private static Task<string> AskAsync(Uri server, string head, E2B.Sandbox own, E2B.Sandbox other) => RawHttp.AskAsync(
        server,
        head.Replace("{own}", own.SandboxId, StringComparison.Ordinal).Replace("{other}", other.SandboxId, StringComparison.Ordinal) + "\r\nConnection: close\r\n\r\n");
}
