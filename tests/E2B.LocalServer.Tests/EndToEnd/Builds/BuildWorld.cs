using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Tests.ControlPlane;
using E2B.LocalServer.Tests.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace E2B.LocalServer.Tests.EndToEnd.Builds;

/// <summary>A server with real sandboxes on small disks that builds templates, asked by plain HTTP. It can be ended and started anew.</summary>
public sealed class BuildWorld : IAsyncLifetime
{
    public const int DiskMiB = 128;
    private const string Key = "e2b_0123456789abcdef0123456789abcdef01234567";
    private static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(3);
    private readonly string _data = TestRuntime.NewFolder();
    private SmallDisks? _host;
    private LocalApi? _api;
    private HttpClient _client = null!;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public HttpClient Client => _client;

    public int Port => _api!.Port;

    /// <summary>Sandboxes that run at the moment, whoever knows of them.</summary>
    public int Running => _host!.Running;

    public async ValueTask InitializeAsync()
    {
        Requirements.Check();
        _host = new SmallDisks(new RuncSandboxHost(_data, poolSize: 0, network: null, NullLogger.Instance));
        await _host.StartAsync(CancellationToken.None);
        await StartAsync();
    }

    /// <summary>What outlives the server.</summary>
    public string Saved(string part) => Path.Combine(_data, "saved", part);

    public string[] Layers() => [.. Directory.EnumerateDirectories(Saved("layers")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public async Task StopAsync()
    {
        _client.Dispose();
        await _api!.DisposeAsync();
    }

    public async Task StartAsync()
    {
        _api = await LocalApi.StartAsync(0, Key, _host!, SavedData.Open(_data, Console.Error.WriteLine), TimeProvider.System, Console.Error.WriteLine);
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_api.Port}"), Timeout = TimeSpan.FromMinutes(2) };
    }

    internal async Task<Answer> ApiAsync(string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("X-API-KEY", Key);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        HttpResponseMessage response = await _client.SendAsync(request, Token);
        string text = await response.Content.ReadAsStringAsync(Token);
        bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        return new Answer(response.StatusCode, isJson && text.Length > 0 ? JsonNode.Parse(text) : null, text, response);
    }

    /// <summary>Asks for a build.</summary>
    public async Task<BuildHandle> RequestAsync(string name, params string[] tags)
    {
        Answer answer = await ApiAsync("POST", "/v3/templates", new JsonObject
        {
            ["name"] = name,
            ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]),
            ["cpuCount"] = 1,
            ["memoryMB"] = 256,
        });
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
        return new BuildHandle((string)answer.Json!["templateID"]!, (string)answer.Json["buildID"]!);
    }

    public async Task StartAsync(BuildHandle build, JsonObject definition)
    {
        Answer answer = await ApiAsync("POST", $"/v2/templates/{build.TemplateId}/builds/{build.BuildId}", definition);
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
    }

    /// <summary>Builds, and waits for the end.</summary>
    public async Task<BuildEnd> BuildAsync(string name, params JsonObject[] steps) => await DefineAndBuildAsync(name, From("e2bdev/base", steps));

    public async Task<BuildEnd> DefineAndBuildAsync(string name, JsonObject definition)
    {
        BuildHandle build = await RequestAsync(name);
        await StartAsync(build, definition);
        return await EndAsync(build);
    }

    public Task<BuildEnd> EndAsync(BuildHandle build) => UntilAsync(build, status => status.Status is "ready" or "error");

    /// <summary>Waits until a build has come so far.</summary>
    public async Task<BuildEnd> UntilAsync(BuildHandle build, Func<BuildEnd, bool> condition)
    {
        DateTime end = DateTime.UtcNow + _longestWait;
        BuildEnd last = await StatusAsync(build);
        while (!condition(last))
        {
            Assert.True(DateTime.UtcNow < end, $"did not come: {last.Status} {string.Join('\n', last.Log)}");
            await Task.Delay(50, Token);
            last = await StatusAsync(build);
        }

        return last;
    }

    public async Task<BuildEnd> StatusAsync(BuildHandle build)
    {
        JsonNode json = (await ApiAsync("GET", $"/templates/{build.TemplateId}/builds/{build.BuildId}/status")).Json!;
        return new BuildEnd(
            build, (string)json["status"]!, [.. json["logEntries"]!.AsArray().Select(entry => (string)entry!["message"]!)],
            (string?)json["reason"]?["message"], (string?)json["reason"]?["step"], json);
    }

    /// <summary>Sends files for COPY.</summary>
    /// <returns>Their hash, which is any.</returns>
    public async Task<string> UploadAsync(BuildHandle build, Action<TarWriter> write)
    {
        using var archive = new MemoryStream();
        await using (var packed = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(packed, TarEntryFormat.Pax))
        {
            write(tar);
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(archive.ToArray()));
        Answer link = await ApiAsync("GET", $"/templates/{build.TemplateId}/files/{hash}");
        Assert.True(link.Status == HttpStatusCode.Created, link.Text);
        using HttpResponseMessage answer = await _client.PutAsync((string)link.Json!["url"]!, new ByteArrayContent(archive.ToArray()), Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return hash;
    }

    public static void AddFile(TarWriter tar, string name, string content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), Mode = (UnixFileMode)0b110_100_100 });

    /// <summary>Makes a sandbox.</summary>
    internal async Task<Answer> CreateAsync(string template) =>
        await ApiAsync("POST", "/sandboxes", new JsonObject { ["templateID"] = template, ["timeout"] = 600 });

    /// <summary>Makes a sandbox, runs a command as the template's user, and ends the sandbox.</summary>
    /// <returns>What the command wrote.</returns>
    public async Task<string> RunInAsync(string template, string command)
    {
        using E2BClient client = new(new E2BConnectionOptions { ApiUrl = _client.BaseAddress!, SandboxUrl = _client.BaseAddress!, ApiKey = Key, Environment = static _ => null });
        E2B.Sandbox sandbox = await client.Sandboxes.CreateAsync(new SandboxCreateOptions { Template = template, Timeout = TimeSpan.FromMinutes(5) }, Token);
        try
        {
            return (await sandbox.Commands.RunAsync(command, new CommandOptions(), Token)).StandardOutput;
        }
        finally
        {
            await ApiAsync("DELETE", $"/sandboxes/{sandbox.SandboxId}");
        }
    }

    public static JsonObject From(string image, params JsonObject[] steps) => new() { ["fromImage"] = image, ["steps"] = new JsonArray([.. steps]) };

    public static JsonObject Run(string command, string? user = null) => Step("RUN", user is null ? [command] : [command, user]);

    public static JsonObject Copy(string hash, string source, string target, string owner = "", string mode = "")
    {
        JsonObject step = Step("COPY", source, target, owner, mode);
        step["filesHash"] = hash;
        return step;
    }

    public static JsonObject Step(string type, params string[] arguments) =>
        new() { ["type"] = type, ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]) };

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await StopAsync();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        if (Directory.Exists(_data))
        {
            Directory.Delete(_data, recursive: true);
        }
    }

    /// <summary>Gives every sandbox a disk that a test can fill, and counts.</summary>
    private sealed class SmallDisks(ISandboxHost host) : ISandboxHost
    {
        private int _running;

        public int Running => Volatile.Read(ref _running);

        public bool CanPause => host.CanPause;

        public Task StartAsync(CancellationToken cancellationToken) => host.StartAsync(cancellationToken);

        public async Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken)
        {
            IHostedSandbox sandbox = await host.TakeAsync(origin with { Limits = origin.Limits with { DiskSizeMB = DiskMiB } }, cancellationToken);
            Interlocked.Increment(ref _running);
            _ = sandbox.Exited.ContinueWith(_ => Interlocked.Decrement(ref _running), TaskScheduler.Default);
            return sandbox;
        }

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }
}

/// <summary>A build that was asked for.</summary>
public sealed record BuildHandle(string TemplateId, string BuildId);

/// <summary>How far a build is.</summary>
public sealed record BuildEnd(BuildHandle Build, string Status, IReadOnlyList<string> Log, string? Message, string? Step, JsonNode Json)
{
    /// <summary>The steps, without their keys: <c>CACHED RUN true</c>, <c>COPY a b</c>.</summary>
    public IReadOnlyList<string> Steps => [.. Log
        .Select(line => System.Text.RegularExpressions.Regex.Match(line, @"^(CACHED )?\[builder \d+/\d+\] ((?!\[).*?) *\[[0-9a-f]{64}\]$"))
        .Where(match => match.Success)
        .Select(match => match.Groups[1].Value + match.Groups[2].Value)];

    public BuildEnd Ready()
    {
        Assert.True(Status == "ready", $"{Status}: {Message}\n{string.Join('\n', Log)}");
        return this;
    }
}
