using E2B.Protocol;
using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

public sealed class WatchTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 30_000;
    private readonly AgentClient _client = host.Client;

    [Fact(Timeout = Limit)]
    public async Task ChangesComeInTheirOrder()
    {
        string root = NewDirectory();
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root });
        await using (FileStream file = File.Create(root + "/a"))
        {
            file.WriteByte(1);
        }

        Assert.Equal(("a", EventType.Create), await NextAsync(watch));
        Assert.Equal(("a", EventType.Write), await NextAsync(watch));
        AgentHost.LetEverybodyIn(root + "/a");
        Assert.Equal(("a", EventType.Chmod), await NextButAsync(watch, ("a", EventType.Write)));
        File.Move(root + "/a", root + "/b");
        Assert.Equal(("a", EventType.Rename), await NextAsync(watch));
        Assert.Equal(("b", EventType.Create), await NextAsync(watch));
        File.Delete(root + "/b");
        Assert.Equal(("b", EventType.Remove), await NextAsync(watch));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatIsBelowIsWatchedIfWanted()
    {
        string root = NewDirectory();
        Directory.CreateDirectory(root + "/old/deep");
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root, Recursive = true });
        File.Create(root + "/old/deep/x").Dispose();
        Assert.Equal(("old/deep/x", EventType.Create), await NextAsync(watch));
        Directory.CreateDirectory(root + "/new/er");
        await UntilAsync(watch, "new/er", EventType.Create);
        File.Create(root + "/new/er/y").Dispose();
        await UntilAsync(watch, "new/er/y", EventType.Create);
        Directory.Move(root + "/old", root + "/moved");

        // Told of when its directory is watched again: a change before that would be missed.
        await UntilAsync(watch, "moved/deep/x", EventType.Create);
        File.Delete(root + "/moved/deep/x");
        await UntilAsync(watch, "moved/deep/x", EventType.Remove);
    }

    [Fact(Timeout = Limit)]
    public async Task OtherwiseItIsNot()
    {
        string root = NewDirectory();
        Directory.CreateDirectory(root + "/sub");
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root });
        File.Create(root + "/sub/x").Dispose();
        File.Create(root + "/y").Dispose();
        Assert.Equal(("y", EventType.Create), await NextAsync(watch));
    }

    [Fact(Timeout = Limit)]
    public async Task AnEntryComesWithItsChange()
    {
        string root = NewDirectory();
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root, IncludeEntry = true });
        Directory.CreateDirectory(root + "/d");
        FilesystemEvent made = (await watch.NextAsync())!.Filesystem;
        Assert.Equal((root + "/d", FileType.Directory), (made.Entry.Path, made.Entry.Type));
        Directory.Delete(root + "/d");
        Assert.Null((await watch.NextAsync())!.Filesystem.Entry);
    }

    [Fact(Timeout = Limit)]
    public async Task ClientsMayPoll()
    {
        string root = NewDirectory();
        string id = (await _client.CallAsync<CreateWatcherResponse>(
            AgentClient.Filesystem + "CreateWatcher", new CreateWatcherRequest { Path = root })).WatcherId;
        Directory.CreateDirectory(root + "/d");
        var seen = new List<FilesystemEvent>();
        while (seen.Count == 0)
        {
            seen.AddRange((await _client.CallAsync<GetWatcherEventsResponse>(
                AgentClient.Filesystem + "GetWatcherEvents", new GetWatcherEventsRequest { WatcherId = id })).Events);
        }

        Assert.Equal(("d", EventType.Create), (Assert.Single(seen).Name, seen[0].Type));
        await _client.CallAsync<RemoveWatcherResponse>(AgentClient.Filesystem + "RemoveWatcher", new RemoveWatcherRequest { WatcherId = id });
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => _client.CallAsync<GetWatcherEventsResponse>(
            AgentClient.Filesystem + "GetWatcherEvents", new GetWatcherEventsRequest { WatcherId = id }));
        Assert.Equal(ConnectCode.NotFound, failure.Code);
    }

    [Theory(Timeout = Limit)]
    [InlineData("/not/there", ConnectCode.NotFound), InlineData("/etc/passwd", ConnectCode.InvalidArgument)]
    public async Task OnlyDirectoriesCanBeWatched(string path, ConnectCode code)
    {
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(() => WatchAsync(new WatchDirRequest { Path = path }));
        Assert.Equal(code, failure.Code);
    }

    [Fact(Timeout = Limit)]
    public async Task SilenceIsFilledWithSignsOfLife()
    {
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(
            new WatchDirRequest { Path = NewDirectory() }, (E2BHeaders.KeepalivePingInterval, "1"));
        Assert.Equal(WatchDirResponse.EventOneofCase.Keepalive, (await watch.NextAsync())!.EventCase);
    }

    /// <summary>The kernel tells of several writes in a row once or several times, as it has time.</summary>
    private static async Task<(string Name, EventType Type)> NextButAsync(
        MessageFrames<WatchDirResponse> watch, (string Name, EventType Type) repeated)
    {
        while (true)
        {
            (string Name, EventType Type) change = await NextAsync(watch);
            if (change != repeated)
            {
                return change;
            }
        }
    }

    private static async Task<(string Name, EventType Type)> NextAsync(MessageFrames<WatchDirResponse> watch)
    {
        FilesystemEvent change = (await watch.NextAsync())!.Filesystem;
        return (change.Name, change.Type);
    }

    private static async Task UntilAsync(MessageFrames<WatchDirResponse> watch, string name, EventType type)
    {
        while (await NextAsync(watch) != (name, type))
        {
        }
    }

    private string NewDirectory() => Directory.CreateDirectory(host.NewPath("watched")).FullName;

    private async Task<MessageFrames<WatchDirResponse>> WatchAsync(WatchDirRequest request, params (string Name, string Value)[] headers)
    {
        MessageFrames<WatchDirResponse> watch = await _client.OpenAsync<WatchDirResponse>(
            AgentClient.Filesystem + "WatchDir", request, headers: headers);
        Assert.Equal(WatchDirResponse.EventOneofCase.Start, (await watch.NextAsync())!.EventCase);
        return watch;
    }
}
