using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>The routes of volumes: answers and what is kept. What is in volumes, and what sandboxes see of it, is shown by tests/Conformance.</summary>
public sealed class VolumeTests
{
    [Fact]
    public async Task Where_the_host_has_none_all_say_so()
    {
        await using TestServer server = await TestServer.StartAsync(host: new FakeSandboxHost { Volumes = null });

        foreach (Answer answer in (Answer[])
            [
                await server.ApiAsync("POST", "/volumes", """{"name":"a"}"""),
                await server.ApiAsync("POST", "/sandboxes", """{"templateID":"base","volumeMounts":[{"name":"a","path":"/a"}]}"""),
            ])
        {
            Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
            Assert.Contains("no volumes", answer.Message, StringComparison.Ordinal);
        }

        Assert.Equal("[]", (await server.ApiAsync("GET", "/volumes")).Text);
    }

    [Fact]
    public async Task Of_creates_of_one_name_at_once_one_succeeds()
    {
        await using TestServer server = await TestServer.StartAsync();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.ApiAsync("POST", "/volumes", """{"name":"same"}""")));

        Assert.Single(answers, one => one.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(one => one.Status != HttpStatusCode.Created), one => Assert.Equal("Volume with name 'same' already exists", one.Message));
        Assert.Single((await server.ApiAsync("GET", "/volumes")).Json!.AsArray());
        Assert.Single(Directory.GetFiles(server.SavedPath("volumes"), "*.img"));
    }

    [Fact]
    public async Task They_outlive_the_server_and_what_it_left_half_done_does_not()
    {
        string data = Directory.CreateTempSubdirectory("volumes").FullName;
        try
        {
            JsonNode made;
            await using (TestServer first = await TestServer.StartAsync(data: data))
            {
                made = (await first.ApiAsync("POST", "/volumes", """{"name":"kept"}""")).Json!;
                await File.WriteAllTextAsync(Path.Combine(first.SavedPath("volumes"), $"{Guid.NewGuid()}.img"), "", TestContext.Current.CancellationToken);
            }

            await using TestServer second = await TestServer.StartAsync(data: data);
            JsonNode got = (await second.ApiAsync("GET", $"/volumes/{made["volumeID"]}")).Json!;
            Assert.Equal((string)made["token"]!, (string)got["token"]!);
            Assert.Equal("kept", (string)got["name"]!);
            Assert.Equal($"localhost:{second.Port}", (string)got["domain"]!);
            Assert.Single(Directory.GetFiles(second.SavedPath("volumes"), "*.img"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task When_a_record_cannot_be_read_no_disk_is_removed()
    {
        string data = Directory.CreateTempSubdirectory("volumes").FullName;
        try
        {
            await using (TestServer first = await TestServer.StartAsync(data: data))
            {
                await first.ApiAsync("POST", "/volumes", """{"name":"broken"}""");
            }

            string record = Assert.Single(Directory.GetFiles(Path.Combine(data, "saved", "volumes"), "*.json"));
            await File.WriteAllTextAsync(record, "{", TestContext.Current.CancellationToken);
            string other = Path.Combine(data, "saved", "volumes", $"{Guid.NewGuid()}.img");
            await File.WriteAllTextAsync(other, "", TestContext.Current.CancellationToken);

            await using TestServer second = await TestServer.StartAsync(data: data);
            Assert.Contains(second.Log, line => line.Contains(record, StringComparison.Ordinal));
            Assert.True(File.Exists(other));
            Assert.True(File.Exists(Path.ChangeExtension(record, ".img")));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_sandbox_gets_the_disks_it_asked_for_and_says_so()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode volume = (await server.ApiAsync("POST", "/volumes", """{"name":"data"}""")).Json!;

        string id = await server.CreateAsync(""" ,"volumeMounts":[{"name":"data","path":"/a"},{"name":"data","path":"/b/c"}] """);

        string disk = Path.Combine(server.SavedPath("volumes"), $"{volume["volumeID"]}.img");
        Assert.Equal([(disk, "/a"), (disk, "/b/c")], server.Host.Only.Origin.Volumes.Select(one => (one.Image!, one.Path)));
        const string mounts = """[{"name":"data","path":"/a"},{"name":"data","path":"/b/c"}]""";
        Assert.Equal(mounts, (await server.ApiAsync("GET", $"/sandboxes/{id}")).Json!["volumeMounts"]!.ToJsonString());
        Assert.Equal(mounts, (await server.ApiAsync("GET", "/v2/sandboxes")).Json![0]!["volumeMounts"]!.ToJsonString());
    }

    [Fact]
    public async Task A_paused_sandbox_whose_volume_was_deleted_is_resumed_without_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode volume = (await server.ApiAsync("POST", "/volumes", """{"name":"data"}""")).Json!;
        string id = await server.CreateAsync(""" ,"volumeMounts":[{"name":"data","path":"/a"}] """);
        await server.ApiAsync("POST", $"/sandboxes/{id}/pause", """{"memory":false}""");
        await server.ApiAsync("DELETE", $"/volumes/{volume["volumeID"]}");
        await server.ApiAsync("POST", "/volumes", """{"name":"data"}""");

        Answer answer = await server.ApiAsync("POST", $"/sandboxes/{id}/resume", "{}");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        E2B.LocalServer.Runtime.SandboxVolume got = Assert.Single(server.Host.All.Single(one => !one.Disposed.IsCompleted).Origin.Volumes);
        Assert.Equal((null, "/a"), (got.Image, got.Path));
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("?path=", HttpStatusCode.BadRequest)]
    [InlineData("?path=/&depth=x", HttpStatusCode.BadRequest)]
    [InlineData("?path=/&depth=-1", HttpStatusCode.BadRequest)]
    [InlineData("?path=/&depth=0", HttpStatusCode.OK)]
    [InlineData("?path=/&depth=10", HttpStatusCode.OK)]
    [InlineData("?path=%2F..%2F..%2F&depth=1", HttpStatusCode.OK)]
    [InlineData("?path=%00", HttpStatusCode.BadRequest)]
    public async Task What_is_asked_of_a_directory_is_checked(string query, HttpStatusCode status)
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode volume = (await server.ApiAsync("POST", "/volumes", """{"name":"data"}""")).Json!;

        Answer answer = await server.SendAsync(
            "GET", $"/volumecontent/{volume["volumeID"]}/dir{query}", headers: ("Authorization", $"Bearer {volume["token"]}"));

        Assert.Equal(status, answer.Status);
        if (status != HttpStatusCode.OK)
        {
            Assert.Equal("400", (string)answer.Json!["code"]!);
        }
    }
}
