using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>What a request brought back.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode? Json, string Text, HttpResponseMessage Response)
{
    public string Message => (string)Json!["message"]!;
}

/// <summary>A running server on a free port, with a fake host beneath.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Key = "e2b_0123456789abcdef0123456789abcdef01234567";
    private readonly LocalApi _api;
    private readonly string _data;
    private readonly bool _keepData;

    private TestServer(LocalApi api, FakeSandboxHost host, FakeClock clock, string data, bool keepData)
    {
        (_data, _keepData) = (data, keepData);
        _api = api;
        Host = host;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{api.Port}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public FakeSandboxHost Host { get; }

    public FakeClock Clock { get; }

    public HttpClient Client { get; }

    public int Port => _api.Port;

    public required ConcurrentQueue<string> Log { get; init; }

    /// <param name="agent">What agents answer.</param>
    /// <param name="data">Where what outlives the server is, and stays; a folder of its own without.</param>
    /// <param name="host">What starts sandboxes.</param>
    public static async Task<TestServer> StartAsync(RequestDelegate? agent = null, string? data = null, FakeSandboxHost? host = null)
    {
        host ??= new FakeSandboxHost();
        if (agent is not null)
        {
            host.Agent = agent;
        }

        var clock = new FakeClock();
        var log = new ConcurrentQueue<string>();
        string folder = data ?? Directory.CreateTempSubdirectory("saved").FullName;
        LocalApi api = await LocalApi.StartAsync(0, Key, host, SavedData.Open(folder, log.Enqueue), clock, log.Enqueue);
        return new TestServer(api, host, clock, folder, keepData: data is not null) { Log = log };
    }

    /// <summary>Where the server keeps what outlives it.</summary>
    public string SavedPath(string part) => Path.Combine(_data, "saved", part);

    /// <summary>Calls the control plane with its key.</summary>
    public Task<Answer> ApiAsync(string method, string path, string? json = null) =>
        SendAsync(method, path, json, ("X-API-KEY", Key));

    public async Task<Answer> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return new Answer(response.StatusCode, isJson && text.Length > 0 ? JsonNode.Parse(text) : null, text, response);
    }

    /// <summary>Makes a sandbox.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> CreateAsync(string more = "")
    {
        Answer answer = await ApiAsync("POST", "/sandboxes", $$"""{"templateID":"base","timeout":300,"secure":true{{more}}}""");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        return (string)answer.Json!["sandboxID"]!;
    }

    /// <summary>Calls the agent of a sandbox through the edge.</summary>
    public Task<Answer> EdgeAsync(string id, string method, string path, params (string Name, string Value)[] headers) =>
        SendAsync(method, path, null, [.. RoutingHeaders(id), .. headers]);

    public static (string Name, string Value)[] RoutingHeaders(string id, int port = 49983) =>
        [("E2b-Sandbox-Id", id), ("E2b-Sandbox-Port", port.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>A connection of which the test says every byte.</summary>
    public async Task<RawConnection> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
        return new RawConnection(new NetworkStream(socket, ownsSocket: true));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _api.DisposeAsync();
        await Host.DisposeAsync();
        if (!_keepData)
        {
            Directory.Delete(_data, recursive: true);
        }
    }
}

/// <summary>A connection of which the test says every byte.</summary>
internal sealed class RawConnection(NetworkStream stream) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private string _unread = string.Empty;

    public Task SendAsync(string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    /// <summary>Reads until the text was there, and gives all up to its end.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        while (_unread.IndexOf(end, StringComparison.Ordinal) < 0)
        {
            int read = await stream.ReadAsync(_buffer, TestContext.Current.CancellationToken);
            Assert.True(read > 0, $"the connection ended; before: {_unread}");
            _unread += Encoding.Latin1.GetString(_buffer, 0, read);
        }

        int length = _unread.IndexOf(end, StringComparison.Ordinal) + end.Length;
        (string text, _unread) = (_unread[..length], _unread[length..]);
        return text;
    }

    /// <summary>Reads to the end of the connection, an orderly one or not.</summary>
    public async Task<string> ReadToEndAsync()
    {
        try
        {
            while (await stream.ReadAsync(_buffer, TestContext.Current.CancellationToken) is > 0 and int read)
            {
                _unread += Encoding.Latin1.GetString(_buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // Reset: the other side has broken it off.
        }

        return _unread;
    }

    /// <summary>Reads to the end of the connection and counts.</summary>
    public async Task<long> CountToEndAsync()
    {
        long count = 0;
        while (await stream.ReadAsync(_buffer, TestContext.Current.CancellationToken) is > 0 and int read)
        {
            count += read;
        }

        return count;
    }

    public void Dispose() => stream.Dispose();
}
