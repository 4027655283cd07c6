using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>What is there again when a server has ended and another one is started on the same data.</summary>
public sealed class RestartTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly string _data = Directory.CreateTempSubdirectory("data").FullName;

    private string Paused => Path.Combine(_data, "saved", "paused");

    private string Layers => Path.Combine(_data, "saved", "layers");

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Paused_sandboxes_are_there_again_without_their_processes()
    {
        string id, token, running;
        await using (TestServer server = await TestServer.StartAsync(data: _data))
        {
            id = await server.CreateAsync(""","metadata":{"a":"b"},"envVars":{"C":"d"},"autoPause":true,"autoResume":{"enabled":true}""");
            token = (string)(await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["envdAccessToken"]!;
            running = await server.CreateAsync();
            await server.ApiAsync("POST", $"/sandboxes/{id}/pause");
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(Paused, id + ".json")));
        }

        await using TestServer next = await TestServer.StartAsync(data: _data);
        Assert.Equal(HttpStatusCode.NotFound, (await next.ApiAsync("GET", $"/sandboxes/{running}")).Status);
        JsonNode got = (await next.ApiAsync("GET", $"/sandboxes/{id}")).Json!;
        Assert.Equal("paused", (string)got["state"]!);
        Assert.False((bool)got["memoryKept"]!);
        Assert.Equal("b", (string)got["metadata"]!["a"]!);
        Assert.Equal(token, (string)got["envdAccessToken"]!);
        Assert.Equal("pause", (string)got["lifecycle"]!["onTimeout"]!);
        Assert.True((bool)got["lifecycle"]!["autoResume"]!);
        Assert.Contains("lost", (string)(await next.ApiAsync("GET", $"/v2/sandboxes/{id}/logs?level=warn")).Json!["logs"]![0]!["message"]!, StringComparison.Ordinal);

        Answer connected = await next.ApiAsync("POST", $"/sandboxes/{id}/connect", """{"timeout":60}""");

        Assert.Equal(HttpStatusCode.Created, connected.Status);
        Assert.Equal(["files"], connected.Response.Headers.GetValues("E2b-Resumed-From"));
        Assert.Equal(token, (string)connected.Json!["envdAccessToken"]!);
        Assert.Equal("d", (string)next.Host.Only.Init!["envVars"]!["C"]!);
        Assert.Empty(Directory.EnumerateFiles(Paused));
    }

    [Fact]
    public async Task A_server_that_was_killed_in_the_middle_of_a_pause_leaves_no_disk_behind()
    {
        Directory.CreateDirectory(Paused);
        await File.WriteAllTextAsync(Path.Combine(Paused, "ihalf.img"), "disk", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(Layers, "half"));

        await using TestServer server = await TestServer.StartAsync(data: _data);

        Assert.Empty(Directory.EnumerateFileSystemEntries(Paused));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Layers));
        Assert.Empty((await server.ApiAsync("GET", "/v2/sandboxes")).Json!.AsArray());
    }

    [Fact]
    public async Task What_cannot_be_read_stays_and_so_does_what_it_may_need()
    {
        Directory.CreateDirectory(Paused);
        await File.WriteAllTextAsync(Path.Combine(Paused, "ibroken.json"), "{", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Paused, "ibroken.img"), "disk", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(Layers, "needed"));

        await using TestServer server = await TestServer.StartAsync(data: _data);

        Assert.True(File.Exists(Path.Combine(Paused, "ibroken.img")));
        Assert.True(Directory.Exists(Path.Combine(Layers, "needed")));
        Assert.Contains(server.Log, line => line.Contains("ibroken.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Snapshots_are_there_again()
    {
        string id, snapshot;
        await using (TestServer server = await TestServer.StartAsync(data: _data))
        {
            id = await server.CreateAsync();
            snapshot = (string)(await server.ApiAsync("POST", $"/sandboxes/{id}/snapshots", """{"name":"mine"}""")).Json!["snapshotID"]!;
        }

        await using TestServer next = await TestServer.StartAsync(data: _data);
        Assert.Equal(snapshot, (string)(await next.ApiAsync("GET", $"/snapshots?sandboxID={id}")).Json![0]!["snapshotID"]!);
        await next.ApiAsync("POST", "/sandboxes", $$"""{"templateID":"{{snapshot}}"}""");
        Assert.Equal(Directory.EnumerateDirectories(Layers), next.Host.Only.Origin.Layers);
    }
}
