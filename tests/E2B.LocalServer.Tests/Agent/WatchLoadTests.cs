using E2B.Protocol.Connect;
using E2B.Protocol.Filesystem;
using Xunit;

namespace E2B.LocalServer.Tests.Agent;

/// <summary>Watchers to whom much happens, or whose directory goes away.</summary>
public sealed class WatchLoadTests(AgentHost host) : IClassFixture<AgentHost>
{
    private const int Limit = 60_000;
    private const int Files = 10_000;
    private readonly AgentClient _client = host.Client;

    [Theory(Timeout = Limit)]
    [InlineData(false), InlineData(true)]
    public async Task AReaderWhoKeepsUpIsToldOfEachNewFileOnce(bool withEntry)
    {
        string root = NewDirectory();
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root, IncludeEntry = withEntry });
        Task making = Task.Run(() => Make(root), AgentClient.Cancellation);
        var made = new List<string>();
        for (string last = string.Empty; last != "end";)
        {
            FilesystemEvent change = (await watch.NextAsync())!.Filesystem;
            if (change.Type == EventType.Create)
            {
                last = change.Name;
                made.Add(last);
            }
        }

        await making;
        Assert.Equal([.. Enumerable.Range(0, Files).Select(Name), "end"], made);
    }

    [Fact(Timeout = Limit)]
    public async Task WhoPollsInTimeIsToldOfEachNewFileOnce()
    {
        string root = NewDirectory();
        string id = await CreateAsync(root);
        Task making = Task.Run(() => Make(root), AgentClient.Cancellation);
        var made = new List<string>();
        while (!made.Contains("end"))
        {
            made.AddRange((await EventsAsync(id)).Where(change => change.Type == EventType.Create).Select(change => change.Name));
        }

        await making;
        Assert.Equal([.. Enumerable.Range(0, Files).Select(Name), "end"], made);
    }

    [Fact(Timeout = Limit)]
    public async Task BelowNewDirectoriesNothingIsMissed()
    {
        string root = NewDirectory();
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root, Recursive = true });
        var expected = new HashSet<string>();
        Task making = Task.Run(
            () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    Directory.CreateDirectory($"{root}/{i}/a/b");
                    File.Create($"{root}/{i}/a/b/f").Dispose();
                }
            },
            AgentClient.Cancellation);
        for (int i = 0; i < 200; i++)
        {
            expected.UnionWith([$"{i}", $"{i}/a", $"{i}/a/b", $"{i}/a/b/f"]);
        }

        // Twice is allowed: something may be seen being made and found there as well.
        while (expected.Count > 0)
        {
            FilesystemEvent change = (await watch.NextAsync())!.Filesystem;
            if (change.Type == EventType.Create)
            {
                expected.Remove(change.Name);
            }
        }

        await making;
    }

    [Fact(Timeout = Limit)]
    public async Task AReaderWhoLosesChangesIsToldSo()
    {
        string root = NewDirectory();
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(new WatchDirRequest { Path = root });
        MakeTooMuch(root);
        RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(async () =>
        {
            while (await watch.NextAsync() is not null)
            {
            }
        });
        Assert.Equal(ConnectCode.Internal, failure.Code);
        Assert.EndsWith("watcher error: fsnotify: queue or buffer overflow", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task WhoPollsTooLateIsToldSoEachTime()
    {
        string root = NewDirectory();
        string id = await CreateAsync(root);
        MakeTooMuch(root);
        for (int i = 0; i < 2; i++)
        {
            // The first time it may take a while until the agent comes to what was lost; after that it never forgets.
            RpcCallException failure = await Assert.ThrowsAsync<RpcCallException>(async () =>
            {
                do
                {
                    await EventsAsync(id);
                }
                while (i == 0);
            });
            Assert.Equal(ConnectCode.Internal, failure.Code);
            Assert.Contains("overflow", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(false), InlineData(true)]
    public async Task OfADirectoryThatWasMovedAwayNothingMoreIsTold(bool recursive)
    {
        string root = NewDirectory();
        Directory.CreateDirectory(root + "/below");
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(
            new WatchDirRequest { Path = root + "/", Recursive = recursive }, ("Keepalive-Ping-Interval", "1"));
        Directory.Move(root, root + "2");
        FilesystemEvent moved = (await watch.NextAsync())!.Filesystem;
        Assert.Equal((".", EventType.Rename), (moved.Name, moved.Type));
        File.Create(root + "2/file").Dispose();
        File.Create(root + "2/below/file").Dispose();
        Assert.Equal(WatchDirResponse.EventOneofCase.Keepalive, (await watch.NextAsync())!.EventCase);
    }

    [Theory(Timeout = Limit)]
    [InlineData(false), InlineData(true)]
    public async Task ARemovedDirectoryIsTheLastThatIsTold(bool recursive)
    {
        string root = NewDirectory();
        using MessageFrames<WatchDirResponse> watch = await WatchAsync(
            new WatchDirRequest { Path = root, Recursive = recursive }, ("Keepalive-Ping-Interval", "1"));
        Directory.Delete(root);
        FilesystemEvent removed = (await watch.NextAsync())!.Filesystem;
        Assert.Equal((".", EventType.Remove), (removed.Name, removed.Type));
        Assert.Equal(WatchDirResponse.EventOneofCase.Keepalive, (await watch.NextAsync())!.EventCase);
    }

    private static string Name(int number) => $"file-{number}";

    private static void Make(string root)
    {
        for (int i = 0; i < Files; i++)
        {
            File.WriteAllText($"{root}/{Name(i)}", "content");
        }

        File.Create(root + "/end").Dispose();
    }

    /// <summary>More changes than the kernel, the agent and the connection keep together. In turns, since the same twice counts once.</summary>
    private static void MakeTooMuch(string root)
    {
        string[] files = [root + "/a", root + "/b"];
        foreach (string file in files)
        {
            File.Create(file).Dispose();
        }

        for (int i = 0; i < 400_000; i++)
        {
            AgentHost.LetEverybodyIn(files[i % 2]);
        }
    }

    private string NewDirectory() => Directory.CreateDirectory(host.NewPath("watched")).FullName;

    private async Task<string> CreateAsync(string root) => (await _client.CallAsync<CreateWatcherResponse>(
        AgentClient.Filesystem + "CreateWatcher", new CreateWatcherRequest { Path = root })).WatcherId;

    private async Task<IReadOnlyList<FilesystemEvent>> EventsAsync(string id) => (await _client.CallAsync<GetWatcherEventsResponse>(
        AgentClient.Filesystem + "GetWatcherEvents", new GetWatcherEventsRequest { WatcherId = id })).Events;

    private async Task<MessageFrames<WatchDirResponse>> WatchAsync(WatchDirRequest request, params (string Name, string Value)[] headers)
    {
        MessageFrames<WatchDirResponse> watch = await _client.OpenAsync<WatchDirResponse>(
            AgentClient.Filesystem + "WatchDir", request, headers: headers);
        Assert.Equal(WatchDirResponse.EventOneofCase.Start, (await watch.NextAsync())!.EventCase);
        return watch;
    }
}
