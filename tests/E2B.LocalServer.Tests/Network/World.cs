using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network;
using E2B.LocalServer.Network.Ports;
using E2B.LocalServer.Runtime;
using E2B.LocalServer.Tests.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.Network;

/// <summary>
/// A host and an internet of the test's own, each a network namespace, joined by one link. Nothing in it leads to this
/// machine's network: whatever sandboxes send ends here. The internet has addresses that no internet has, too, so that
/// it shows when a sandbox gets at those.
/// </summary>
public sealed class World : IAsyncDisposable
{
    public const string HostAddress = "203.0.113.1";
    public const string WebAddress = "198.51.100.10";
    public const string OtherWebAddress = "198.51.100.20";
    private readonly List<IAsyncDisposable> _services = [];

    private World(TestRuntime test, NetworkNamespace host, NetworkNamespace internet)
    {
        Test = test;
        Host = host;
        Internet = internet;
    }

    /// <summary>Addresses that no sandbox may reach, whoever answers there.</summary>
    public static IReadOnlyList<string> Forbidden { get; } =
        ["10.9.8.7", "100.64.1.2", "169.254.169.254", "172.20.1.1", "192.168.77.7", "192.0.0.192", "168.63.129.16"];

    public TestRuntime Test { get; }

    internal NetworkNamespace Host { get; }

    internal NetworkNamespace Internet { get; }

    /// <summary>What was looked up, and who asked.</summary>
    public ConcurrentQueue<string> Lookups { get; } = new();

    /// <summary>Names that the name server knows.</summary>
    public ConcurrentDictionary<string, string> Names { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["web.test"] = WebAddress,
        ["sub.web.test"] = WebAddress,
        ["other.test"] = OtherWebAddress,
        ["inner.test"] = "10.9.8.7",
    };

    internal static async Task<World> OpenAsync(Func<NetworkOptions, NetworkOptions>? change = null, int poolSize = 0)
    {
        Requirements.Check();
        var host = NetworkNamespace.Create();
        var internet = NetworkNamespace.Create();
        await NetworkTool.IpAsync(internet, $"""
            link set lo up
            address add {WebAddress}/32 dev lo
            address add {OtherWebAddress}/32 dev lo
            address add 198.51.100.30/32 dev lo
            {string.Join('\n', Forbidden.Select(address => $"address add {address}/32 dev lo"))}
            """);
        await NetworkTool.IpAsync(host, $"""
            link set lo up
            link add wan type veth peer name inet netns {internet.Path}
            address add {HostAddress}/24 dev wan
            link set wan up
            """);
        await NetworkTool.IpAsync(internet, "address add 203.0.113.2/24 dev inet\nlink set inet up");
        await NetworkTool.IpAsync(host, "route add default via 203.0.113.2 dev wan");

        var dns = NetworkSockets.Udp(host);
        dns.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new NetworkOptions { HostNamespace = host.Path, Resolvers = [(IPEndPoint)dns.LocalEndPoint!] };
        var test = await TestRuntime.OpenAsync(TestRuntime.Options() with { PoolSize = poolSize, Network = change?.Invoke(options) ?? options });
        if (test.Runtime.NetworkFailure is { } failure)
        {
            await test.DisposeAsync();
            Assert.Fail("This machine cannot give sandboxes a network: " + failure);
        }

        var world = new World(test, host, internet);
        world._services.Add(new NameServer(dns, world));
        foreach (var address in (string[])[WebAddress, OtherWebAddress, .. Forbidden])
        {
            world.Serve(internet, IPAddress.Parse(address), 80);
        }

        var certificate = MakeCertificate();
        world.Serve(internet, new IPEndPoint(IPAddress.Any, 443), async (client, ending) =>
        {
            await using var stream = new SslStream(new NetworkStream(client, ownsSocket: false));
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, ending);
            _ = await stream.ReadAtLeastAsync(new byte[4096], 1, cancellationToken: ending);
            await stream.WriteAsync(Answer(client), ending);
        });

        return world;
    }

    /// <summary>Answers every connection with where it came in and from whom, as HTTP and to others alike.</summary>
    internal int Serve(NetworkNamespace where, IPAddress address, int port)
    {
        var service = new TcpService(where, new IPEndPoint(address, port), AnswerAsync);
        _services.Add(service);
        return service.Port;
    }

    internal TcpService Serve(NetworkNamespace where, IPEndPoint address, Func<Socket, CancellationToken, Task> serve)
    {
        var service = new TcpService(where, address, serve);
        _services.Add(service);
        return service;
    }

    public Task<RunningSandbox> StartAsync() => Test.StartAsync();

    /// <summary>Fetches a page from within a sandbox.</summary>
    /// <returns>What came, or how it failed.</returns>
    internal async Task<string> FetchAsync(RunningSandbox sandbox, string url, string more = "")
    {
        // Whatever else goes wrong (the sandbox is gone, there is no curl) must not pass for "not reached".
        var output = (await Test.ExecAsync(sandbox, $"curl -sS -m 8 {more} {url} 2>&1 || echo \"curl: $?\"")).Succeeded().Output;
        var failed = output.LastIndexOf("curl: ", StringComparison.Ordinal);
        return failed < 0 ? output : int.TryParse(output.AsSpan(failed + 6).Trim(), out var code) && code is 6 or 7 or 28 or 35 or 52 or 56
            ? "failed: " + output.Trim()
            : throw new InvalidOperationException(output);
    }

    /// <summary>Asserts that a page comes, or that there is none to be had, soon.</summary>
    internal async Task AssertReachesAsync(RunningSandbox sandbox, string url, bool reaches, string more = "")
    {
        var answer = await FetchAsync(sandbox, url, more);
        Assert.True(answer.StartsWith("answer ", StringComparison.Ordinal) == reaches, $"{url}: {answer}");
        Assert.False(answer.Contains("timed out", StringComparison.OrdinalIgnoreCase), $"refused, but not at once: {url}: {answer}");
    }

    public async ValueTask DisposeAsync()
    {
        await Test.DisposeAsync();
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        var claims = HostSide.Directory(SandboxRuntimeOptions.SharedRuntimeRoot, Host);
        Assert.Equal(string.Empty, await NetworkTool.AskNftAsync(Host, "list", "ruleset"));
        Assert.DoesNotContain("e2b", await NetworkTool.AskIpAsync(Host, "link"), StringComparison.Ordinal);
        Assert.Equal("0", Host.Run(() => File.ReadAllText("/proc/sys/net/ipv4/conf/wan/forwarding")).Trim());
        Directory.Delete(claims, recursive: true);
        Host.Dispose();
        Internet.Dispose();
    }

    /// <summary>Says where a request came in and from whom.</summary>
    internal static async Task AnswerAsync(Socket client, CancellationToken ending)
    {
        var request = new byte[4096];
        await client.ReceiveAsync(request, ending);
        await client.SendAsync(Answer(client), ending);
        client.Shutdown(SocketShutdown.Send);
    }

    private static byte[] Answer(Socket client)
    {
        var text = $"answer at {((IPEndPoint)client.LocalEndPoint!).Address} to {((IPEndPoint)client.RemoteEndPoint!).Address}\n";
        return Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}");
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    /// <summary>Knows the world's names.</summary>
    private sealed class NameServer : IAsyncDisposable
    {
        private readonly Socket _socket;
        private readonly TcpService _tcp;
        private readonly World _world;
        private readonly Task _serving;

        public NameServer(Socket socket, World world)
        {
            _socket = socket;
            _world = world;
            _tcp = new TcpService(world.Host, (IPEndPoint)socket.LocalEndPoint!, ServeTcpAsync);
            _serving = Task.Run(ServeAsync);
        }

        public async ValueTask DisposeAsync()
        {
            _socket.Dispose();
            await _serving;
            await _tcp.DisposeAsync();
        }

        private async Task ServeTcpAsync(Socket client, CancellationToken ending)
        {
            await using var stream = new NetworkStream(client, ownsSocket: false);
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, ending);
            var question = new byte[(length[0] << 8) | length[1]];
            await stream.ReadExactlyAsync(question, ending);
            var answer = Answer(question);
            await stream.WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer], ending);
        }

        private async Task ServeAsync()
        {
            var block = new byte[512];
            while (true)
            {
                try
                {
                    var received = await _socket.ReceiveFromAsync(block, new IPEndPoint(IPAddress.Any, 0));
                    await _socket.SendToAsync(Answer(block[..received.ReceivedBytes]), received.RemoteEndPoint);
                }
                catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
                {
                    return;
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted)
                {
                    return;
                }
            }
        }

        private byte[] Answer(byte[] question)
        {
            var labels = new List<string>();
            var position = 12;
            while (question[position] != 0)
            {
                labels.Add(Encoding.ASCII.GetString(question, position + 1, question[position]));
                position += question[position] + 1;
            }

            var name = string.Join('.', labels);
            var type = (question[position + 1] << 8) | question[position + 2];
            var end = position + 5;
            _world.Lookups.Enqueue(name);
            var known = _world.Names.TryGetValue(name, out var address);

            // An answer; no such name where there is none; for other types than addresses, nothing.
            var records = known && type == 1 ? 1 : 0;
            byte[] answer = [question[0], question[1], 0x81, known ? (byte)0x80 : (byte)0x83, 0, 1, 0, (byte)records, 0, 0, 0, 0, .. question[12..end]];
            return records == 0 ? answer : [.. answer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, .. IPAddress.Parse(address!).GetAddressBytes()];
        }
    }
}
