using System.Text;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Runtime;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>What builds are put together from: their records, what they reuse, and what sandboxes answer them.</summary>
public sealed class BuildPartTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("builds").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public void A_build_whose_end_cannot_be_written_is_over_all_the_same()
    {
        var log = new List<string>();
        SavedData saved = SavedData.Open(_data, log.Add);
        Build build = NewBuild(BuildStatus.Building);
        saved.Builds.Add(build);
        Directory.CreateDirectory(Path.Combine(saved.Root, "builds", $"{build.Id}.json.new"));

        Assert.True(saved.Builds.Change(build.Id, one => one with { Status = BuildStatus.Error }));

        Assert.Equal(BuildStatus.Error, saved.Builds.Find("template", build.Id)!.Status);
        Assert.Contains("cannot be noted", Assert.Single(log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Layers_are_let_go_of_when_the_template_cannot_be_written()
    {
        SavedData saved = SavedData.Open(_data, _ => { });
        Snapshot template = saved.Snapshots.OpenTemplate("mine", DateTimeOffset.UnixEpoch)!;
        string layer = await saved.Layers.AddAsync(folder => Task.FromResult(Directory.CreateDirectory(folder)));
        string draft = Path.Combine(saved.Root, "snapshots", $"{template.Id}.json.new");
        Directory.CreateDirectory(draft);
        var state = new SnapshotState { Tag = string.Empty, Layers = [layer], Limits = new SandboxLimits(1, 256, 128) };

        await Assert.ThrowsAnyAsync<Exception>(() => saved.Snapshots.AddBuiltAsync(template.Id, ["a", "b"], state, DateTimeOffset.UnixEpoch));
        Assert.False(Directory.Exists(saved.Layers.Folder(layer)));

        Directory.Delete(draft);
        string second = await saved.Layers.AddAsync(folder => Task.FromResult(Directory.CreateDirectory(folder)));
        Assert.True(await saved.Snapshots.AddBuiltAsync(template.Id, ["a", "b"], state with { Layers = [second] }, DateTimeOffset.UnixEpoch));
        await saved.Snapshots.UntagAsync(template.Id, ["a"], DateTimeOffset.UnixEpoch);
        Assert.True(Directory.Exists(saved.Layers.Folder(second)));
        await saved.Snapshots.RemoveAsync(template.Id, () => false);
        Assert.False(Directory.Exists(saved.Layers.Folder(second)));
    }

    [Fact]
    public async Task A_template_is_deleted_before_its_files_are_where_these_take_long()
    {
        using var disk = new ManualResetEventSlim();
        string[] folders = [.. ((string[])["slow", "records"]).Select(name => Directory.CreateDirectory(Path.Combine(_data, name)).FullName)];
        var layers = new LayerStore(folders[0], _ => { }, _ => disk.Wait(Token));
        var store = new SnapshotStore(folders[1], layers, _ => { });
        Snapshot template = store.OpenTemplate("mine", DateTimeOffset.UnixEpoch)!;
        string layer = await layers.AddAsync(folder => Task.FromResult(Directory.CreateDirectory(folder)));
        var state = new SnapshotState { Tag = string.Empty, Layers = [layer], Limits = new SandboxLimits(1, 256, 128) };
        Assert.True(await store.AddBuiltAsync(template.Id, [Snapshot.DefaultTag], state, DateTimeOffset.UnixEpoch));

        Assert.True(await store.RemoveAsync(template.Id, () => false).WaitAsync(TimeSpan.FromSeconds(50), Token));

        Assert.Null(store.Find(template.Id));
        Assert.False(layers.AreHeld([layer]));
        disk.Set();
    }

    [Fact]
    public async Task A_state_that_another_has_replaced_cannot_be_held()
    {
        SavedData saved = SavedData.Open(_data, _ => { });
        Snapshot template = saved.Snapshots.OpenTemplate("mine", DateTimeOffset.UnixEpoch)!;
        async Task AddAsync() => Assert.True(await saved.Snapshots.AddBuiltAsync(
            template.Id,
            [Snapshot.DefaultTag],
            new SnapshotState
            {
                Tag = string.Empty,
                Layers = [await saved.Layers.AddAsync(folder => Task.FromResult(Directory.CreateDirectory(folder)))],
                Limits = new SandboxLimits(1, 256, 128),
            },
            DateTimeOffset.UnixEpoch));
        await AddAsync();
        LocalServer.ControlPlane.Template found = new TemplateCatalog(saved.Snapshots).Find("mine");
        Assert.True(saved.Snapshots.TryHold(found));
        await saved.Layers.ReleaseAsync(found.Layers);

        await AddAsync();

        Assert.False(saved.Snapshots.TryHold(found));
        Assert.True(saved.Snapshots.TryHold(new TemplateCatalog(saved.Snapshots).Find("mine")));
    }

    [Fact]
    public async Task What_can_be_reused_is_dropped_in_the_end()
    {
        SavedData saved = SavedData.Open(_data, _ => { });
        string layer = await saved.Layers.AddAsync(folder => Task.FromResult(Directory.CreateDirectory(folder)));
        saved.Steps.Put("held", new CachedStep { Layers = [layer], Context = new TemplateContext() });
        saved.Steps.Put("empty", new CachedStep { Layers = [], Context = new TemplateContext() });
        foreach (string key in (string[])["held", "empty"])
        {
            File.SetLastWriteTimeUtc(FileOf(saved, key), DateTime.UtcNow.AddHours(-25));
        }

        saved.Steps.Put("new", new CachedStep { Layers = [], Context = new TemplateContext() });
        saved.Steps.Sweep();
        Assert.Equal(["held.json", "new.json"], Directory.EnumerateFiles(Path.Combine(saved.Root, "steps")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        await saved.Layers.ReleaseAsync([layer]);
        saved.Steps.Sweep();
        Assert.False(File.Exists(FileOf(saved, "held")));
    }

    [Fact]
    public void A_long_line_is_cut_between_characters()
    {
        var lines = new List<string>();
        var output = new OutputLines(lines.Add);
        output.Write(Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("\U0001F600", 5000)) + "\n"));

        Assert.Equal(2, lines.Count);
        Assert.DoesNotContain(lines, line => char.IsLowSurrogate(line[0]) || char.IsHighSurrogate(line[^1]));
    }

    [Fact]
    public void Lines_keep_what_they_begin_with()
    {
        var lines = new List<string>();
        var output = new OutputLines(lines.Add);
        output.Write("key:\n    - value \r\n\n   \n\tlast"u8);
        output.End();

        Assert.Equal(["key:", "    - value", "\tlast"], lines);
    }

    [Fact]
    public async Task An_upload_ends_when_others_have_taken_the_room()
    {
        const long reserve = 1L << 30;
        string folder = Directory.CreateDirectory(Path.Combine(_data, "files")).FullName;
        long free = reserve + (100 << 20);
        var store = new UploadStore(folder, () => free);
        Assert.Equal(100 << 20, store.Room);
        using var whole = new MemoryStream(new byte[40 << 20]);
        Assert.True(await store.AddAsync("fits", whole, Token));

        using var content = new MemoryStream(new byte[40 << 20]);
        free = reserve;
        Assert.False(await store.AddAsync("full", content, Token));

        Assert.Equal(["fits.tar"], Directory.EnumerateFiles(folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("", "x", 1, "cannot be an environment variable")]
    [InlineData("A=B", "x", 1, "cannot be an environment variable")]
    [InlineData("A\0", "x", 1, "cannot be an environment variable")]
    [InlineData("A", "x\0y", 1, "cannot be an environment variable")]
    [InlineData("A", "é", 65_534, null)]
    [InlineData("A", "é", 65_535, "too long")]
    public void Variables_are_what_a_process_takes(string name, string value, int times, string? problem)
    {
        string? found = VariableCheck.FindProblem([KeyValuePair.Create(name, string.Concat(Enumerable.Repeat(value, times)))]);
        Assert.Equal(problem is null, found is null);
        Assert.Contains(problem ?? string.Empty, found ?? string.Empty, StringComparison.Ordinal);

        var many = Enumerable.Range(0, 11).Select(static number => KeyValuePair.Create($"V{number}", new string('x', 100_000)));
        Assert.NotNull(VariableCheck.FindProblem(many));
    }

    [Fact]
    public async Task An_agent_that_never_answers_does_not_keep_a_build()
    {
        await using var host = new FakeSandboxHost { Agent = context => Task.Delay(Timeout.Infinite, context.RequestAborted) };
        IHostedSandbox hosted = await host.TakeAsync(new SandboxOrigin(new SandboxLimits(1, 256, 128)), Token);
        await using var sandbox = new BuildSandbox(hosted, new AgentClient(hosted, token: null));

        var error = await Assert.ThrowsAsync<BuildException>(() => sandbox.RunAsync(
            new AgentCommandLine("true", new TemplateContext()) { Limit = TimeSpan.FromMilliseconds(1) }, (_, _) => { }, Token));

        Assert.Contains("gave no answer", error.Message, StringComparison.Ordinal);
    }

    private static Build NewBuild(BuildStatus status) => new()
    {
        Id = Guid.NewGuid(),
        TemplateId = "template",
        Tags = ["default"],
        Limits = new SandboxLimits(1, 256, 128),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Status = status,
    };

    private static string FileOf(SavedData saved, string key) => Path.Combine(saved.Root, "steps", key + ".json");
}
