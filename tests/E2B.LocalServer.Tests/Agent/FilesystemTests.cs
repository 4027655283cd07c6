using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class FilesystemTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 30_000;
    private readonly AgentClient _client = host.Client;

    [Fact(Timeout = Limit)]
    public async Task AnEntryIsDescribed()
    {
        string path = host.NewPath("file.txt");
        EntryInfo directory = await MakeAsync(Path.GetDirectoryName(path)!, "daemon");
        Assert.Equal((FileType.Directory, "drwxr-xr-x", "daemon", "daemon", 0b111_101_101u), (directory.Type, directory.Permissions, directory.Owner, directory.Group, directory.Mode));
        await File.WriteAllTextAsync(path, "12345", AgentClient.Cancellation);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        EntryInfo file = await StatAsync(path);
        Assert.Equal(("file.txt", path, FileType.File, 5L, "root"), (file.Name, file.Path, file.Type, file.Size, file.Owner));
        Assert.Equal("-rw-r--r--", file.Permissions);
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), file.ModifiedTime.ToDateTime());
        Assert.False(file.HasSymlinkTarget);
    }

    [Fact(Timeout = Limit)]
    public async Task ALinkIsDescribedByWhatItLeadsTo()
    {
        string directory = host.NewPath(string.Empty);
        await MakeAsync(directory);
        File.CreateSymbolicLink(directory + "first", directory + "second");
        File.CreateSymbolicLink(directory + "second", "/etc/passwd");
        File.CreateSymbolicLink(directory + "broken", "/not/there");
        EntryInfo link = await StatAsync(directory + "first");
        Assert.Equal((FileType.File, "/etc/passwd", "Lrwxrwxrwx"), (link.Type, link.SymlinkTarget, link.Permissions));
        EntryInfo broken = await StatAsync(directory + "broken");
        Assert.Equal((FileType.Unspecified, directory + "broken"), (broken.Type, broken.SymlinkTarget));
    }

    [Theory(Timeout = Limit)]
    [InlineData("/dev/null", "Dcrw-rw-rw-"), InlineData("/tmp", "dtrwxrwxrwx"), InlineData("/usr/bin/passwd", "urwxr-xr-x")]
    public async Task SpecialModesStandInFront(string path, string permissions) =>
        Assert.Equal(permissions, (await StatAsync(path)).Permissions);

    [Theory(Timeout = Limit)]
    [InlineData("../lib", "/usr/lib"), InlineData("~/../bin", "/usr/bin"), InlineData("", "/usr/sbin"), InlineData("~", "/usr/sbin")]
    public async Task PathsStartAtHome(string path, string real) =>
        Assert.Equal(real, (await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = path }, user: "daemon")).Entry.Path);

    [Fact(Timeout = Limit)]
    public async Task AListGoesAsDeepAsAsked()
    {
        string root = host.NewPath("root");
        await MakeAsync(root + "/b/c/d");
        await MakeAsync(root + "/a");
        await File.WriteAllTextAsync(root + "/a/.hidden", string.Empty, AgentClient.Cancellation);
        Directory.CreateSymbolicLink(root + "/link", root + "/b");
        Assert.Equal(["/a", "/b", "/link"], await ListAsync(root, 0));
        Assert.Equal(["/a", "/a/.hidden", "/b", "/b/c", "/link"], await ListAsync(root, 2));
        Assert.Equal(["/a", "/a/.hidden", "/b", "/b/c", "/b/c/d", "/link"], await ListAsync(root, 9));

        // Through a link the entries keep the path that was asked for.
        Assert.Equal(["/c", "/c/d"], await ListAsync(root + "/link", 2));
    }

    [Fact(Timeout = Limit)]
    public async Task MovingMakesTheParents()
    {
        string from = host.NewPath("from");
        await MakeAsync(from);
        string to = host.NewPath("deep/er/to");
        MoveResponse moved = await _client.CallAsync<MoveResponse>(
            AgentClient.Filesystem + "Move", new MoveRequest { Source = from, Destination = to }, user: "daemon");
        Assert.Equal(to, moved.Entry.Path);
        Assert.Equal("daemon", (await StatAsync(Path.GetDirectoryName(to)!)).Owner);
        Assert.False(Directory.Exists(from));
    }

    [Fact(Timeout = Limit)]
    public async Task RemovingTakesAllBelowAndNoLinksTarget()
    {
        string root = host.NewPath("root");
        string kept = host.NewPath("kept");
        await MakeAsync(root + "/a/b");
        await MakeAsync(kept + "/inside");
        Directory.CreateSymbolicLink(root + "/a/link", kept);
        await RemoveAsync(root);
        Assert.False(Directory.Exists(root));
        Assert.True(Directory.Exists(kept + "/inside"));
        Directory.CreateSymbolicLink(root, kept);
        await RemoveAsync(root);
        Assert.True(Directory.Exists(kept + "/inside"));
    }

    [Theory(Timeout = Limit)]
    [InlineData("directory", "empty"), InlineData("directory", "directory"), InlineData("file", "empty")]
    public async Task NothingIsMovedOntoADirectory(string source, string destination)
    {
        string root = host.NewPath("root/");
        await MakeAsync(root + "directory");
        await MakeAsync(root + "empty");
        await File.WriteAllTextAsync(root + "file", "kept", AgentClient.Cancellation);
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => MoveAsync(root + source, root + destination));
        Assert.Equal(ConnectCode.Internal, failure.Code);
        Assert.Contains("file exists", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["directory", "empty", "file"], Directory.GetFileSystemEntries(root).Select(Path.GetFileName).Order());
        failure = await Assert.ThrowsAsync<RpcCallException>(() => MoveAsync(root + "missing", root + destination));
        Assert.Equal(ConnectCode.NotFound, failure.Code);
    }

    [Fact(Timeout = Limit)]
    public async Task AFileIsMovedOntoAFile()
    {
        string root = host.NewPath("root/");
        await MakeAsync(root);
        await File.WriteAllTextAsync(root + "a", "new", AgentClient.Cancellation);
        await File.WriteAllTextAsync(root + "b", "old", AgentClient.Cancellation);
        await MoveAsync(root + "a", root + "b");
        Assert.Equal("new", await File.ReadAllTextAsync(root + "b", AgentClient.Cancellation));
    }

    [Theory(Timeout = Limit)]
    [InlineData("/etc/passwd/below", "not a directory"), InlineData("/tmp/.", "invalid argument")]
    public async Task WhatCannotBeRemovedIsAnError(string path, string message)
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => RemoveAsync(path));
        Assert.Equal(ConnectCode.Internal, failure.Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 2 * Limit)]
    public async Task RemovingTakesDeepAndWideTreesAndNamesThatAreNoText()
    {
        string root = host.NewPath("root");
        Directory.CreateDirectory(root);
        using (ProcessRun made = await _client.StartAsync(
            $"cd {root} && touch $'latin-\\xe9' $'new\\nline' && mkdir $'d\\xff' && touch $'d\\xff/x' && touch {{1..6000}} && mkdir -p $(printf 'deep-directory-name/%.0s' {{1..190}})"))
        {
            Assert.Equal(0, (await made.ReadToEndAsync()).ExitCode);
        }

        await RemoveAsync(root);
        Assert.False(Directory.Exists(root));
    }

    [Fact(Timeout = Limit)]
    public async Task TheBeginningOfTimeIsNoTime()
    {
        string path = host.NewPath("old");
        await MakeAsync(path);
        Directory.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        Assert.Null((await StatAsync(path)).ModifiedTime);
    }

    [Fact(Timeout = Limit)]
    public async Task JsonSaysTheSame()
    {
        StatResponse binary = await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = "/etc/passwd" });
        StatResponse json = await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = "/etc/passwd" }, MessageCodec.Json);
        Assert.Equal(binary, json);
    }

    private async Task<EntryInfo> StatAsync(string path) =>
        (await _client.CallAsync<StatResponse>(AgentClient.Filesystem + "Stat", new StatRequest { Path = path })).Entry;

    private async Task<EntryInfo> MakeAsync(string path, string user = "root") =>
        (await _client.CallAsync<MakeDirResponse>(AgentClient.Filesystem + "MakeDir", new MakeDirRequest { Path = path }, user: user)).Entry;

    private Task<MoveResponse> MoveAsync(string source, string destination) =>
        _client.CallAsync<MoveResponse>(AgentClient.Filesystem + "Move", new MoveRequest { Source = source, Destination = destination });

    private Task<RemoveResponse> RemoveAsync(string path) =>
        _client.CallAsync<RemoveResponse>(AgentClient.Filesystem + "Remove", new RemoveRequest { Path = path });

    private async Task<string[]> ListAsync(string path, uint depth)
    {
        ListDirResponse list = await _client.CallAsync<ListDirResponse>(AgentClient.Filesystem + "ListDir", new ListDirRequest { Path = path, Depth = depth });
        return [.. list.Entries.Select(e => e.Path[path.Length..])];
    }
}
