using System.Formats.Tar;
using System.Net;
using E2B.LocalServer.Tests.ControlPlane;
using Xunit;
using static E2B.LocalServer.Tests.EndToEnd.Builds.BuildWorld;

namespace E2B.LocalServer.Tests.EndToEnd.Builds;

/// <summary>Whoever may send files can do no harm with them, and nobody else can send any.</summary>
public sealed class HostileFilesTests(BuildWorld world) : IClassFixture<BuildWorld>
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Archives_that_lead_out_reach_nothing_of_the_machine()
    {
        string mark = "e2b-" + Guid.NewGuid().ToString("n");
        BuildHandle open = await world.RequestAsync("hostile");
        string hash = await world.UploadAsync(open, tar =>
        {
            AddFile(tar, $"../../../../../../tmp/{mark}", "out");
            AddFile(tar, $"/tmp/{mark}", "out");
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "way") { LinkName = "/tmp" });
            AddFile(tar, $"way/{mark}", "out");
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "shadow") { LinkName = "/etc/shadow" });
            AddFile(tar, "good", "good");
        });

        BuildEnd end = await world.BuildAsync("hostile", Copy(hash, ".", "/home/user/in/"));

        Assert.Equal("error", end.Status);
        Assert.Contains("failed to extract files", end.Message, StringComparison.Ordinal);
        Assert.False(Path.Exists(Path.Combine("/tmp", mark)));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(world.Saved(string.Empty), mark, SearchOption.AllDirectories), _ => true);
    }

    [Fact]
    public async Task Devices_are_not_made_and_what_a_link_shows_is_the_sandbox_s_own()
    {
        BuildHandle open = await world.RequestAsync("devices");
        string device = await world.UploadAsync(open, tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.BlockDevice, "disk") { DeviceMajor = 7, DeviceMinor = 0 }));
        string link = await world.UploadAsync(open, tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "name") { LinkName = "/etc/hostname" }));

        BuildEnd refused = await world.BuildAsync("devices", Copy(device, "disk", "/x"));
        BuildEnd linked = (await world.BuildAsync("devices", Copy(link, "name", "/srv/name"), Run("cat /srv/name"))).Ready();

        Assert.Equal("error", refused.Status);
        Assert.Contains("[builder 2/2] [stdout]: e2b", linked.Log);
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_more_than_the_disk_fails_alone()
    {
        BuildHandle open = await world.RequestAsync("bomb");
        string hash = await world.UploadAsync(open, tar =>
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "zeros") { DataStream = new MemoryStream(new byte[(DiskMiB + 32) * 1024 * 1024]) }));

        BuildEnd end = await world.BuildAsync("bomb", Copy(hash, "zeros", "/x"));

        Assert.Equal("error", end.Status);
        Assert.Matches("zeros: (Cannot write: No space left on device|Wrote only \\d+ of \\d+ bytes)", end.Message!);
        (await world.BuildAsync("after-bomb", Run("true"))).Ready();
    }

    [Fact]
    public async Task Files_come_only_by_the_address_that_was_given_for_them()
    {
        BuildHandle open = await world.RequestAsync("addresses");
        Answer link = await world.ApiAsync("GET", $"/templates/{open.TemplateId}/files/{Hash}");
        var url = new Uri((string)link.Json!["url"]!);
        Assert.Equal((HttpStatusCode.Created, false), (link.Status, (bool)link.Json["present"]!));

        async Task<HttpStatusCode> PutAsync(string address, HttpContent content) => (await world.Client.PutAsync(address, content, Token)).StatusCode;
        string other = url.AbsolutePath.Replace("0123", "4567", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(url.AbsolutePath, new ByteArrayContent([1])));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(other + url.Query, new ByteArrayContent([1])));
        Assert.Equal(HttpStatusCode.BadRequest, await PutAsync("/local/uploads/..%2Fx" + url.Query, new ByteArrayContent([1])));
        Assert.Equal(HttpStatusCode.BadRequest, (await world.ApiAsync("GET", $"/templates/{open.TemplateId}/files/xyz")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await world.ApiAsync("GET", $"/templates/none/files/{Hash}")).Status);

        using RawConnection large = await ConnectAsync();
        await large.SendAsync($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {20L * 1024 * 1024 * 1024}\r\n\r\n");
        Assert.Contains(" 413 ", await large.ReadUntilAsync("\r\n"), StringComparison.Ordinal);

        using (RawConnection broken = await ConnectAsync())
        {
            await broken.SendAsync($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\nhalf");
        }

        while (Directory.EnumerateFiles(world.Saved("uploads"), "*.part").Any())
        {
            await Task.Delay(20, Token);
        }

        Assert.False((bool)(await world.ApiAsync("GET", $"/templates/{open.TemplateId}/files/{Hash}")).Json!["present"]!);
        BuildEnd without = await world.BuildAsync("addresses", Copy(Hash, "x", "/x"));
        Assert.Equal($"failed to open files object from storage: no files with the hash '{Hash}' were uploaded", without.Message);
        Assert.Equal(HttpStatusCode.OK, await PutAsync(url.PathAndQuery, new ByteArrayContent([1])));
        Assert.True((bool)(await world.ApiAsync("GET", $"/templates/{open.TemplateId}/files/{Hash}")).Json!["present"]!);
    }

    private async Task<RawConnection> ConnectAsync()
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, world.Port, Token);
        return new RawConnection(new System.Net.Sockets.NetworkStream(socket, ownsSocket: true));
    }
}
