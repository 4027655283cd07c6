using System.Formats.Tar;
using E2B.Core.Tests.Fakes;
using E2B.Protocol.Filesystem;

namespace E2B.Core.Tests.Transfers;

/// <summary>What a sandbox may say, and what then lies on this machine's disk.</summary>
public sealed class UnsafeEntryTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("e2b-unsafe-").FullName;

    private string Target => Path.Combine(_outside, "target");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Theory]
    [InlineData("/root/../escaped")]
    [InlineData("/root/a/../../../escaped")]
    [InlineData("/root//escaped")]
    [InlineData("/root/a/")]
    [InlineData("/root/.")]
    [InlineData("/root/")]
    [InlineData("/root/nul\0")]
    [InlineData("/elsewhere/escaped")]
    [InlineData("escaped")]
    public async Task A_listed_name_that_leads_elsewhere_is_an_error_and_the_rest_is_copied(string path)
    {
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good").List(path, size: 3);

        TransferResult result = await DownloadAsync(lying);

        AssertUnsafe(result, 1);
        AssertOnly("good");
        Assert.Equal("good", await File.ReadAllTextAsync(Path.Combine(Target, "good"), Token));
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/tmp/e2b-escaped")]
    [InlineData("/root/not-asked-for")]
    [InlineData("/root/good/below")]
    public async Task What_an_archive_holds_and_nobody_asked_for_is_an_error(string name)
    {
        LyingSandbox lying = new LyingSandbox().Pack(name, "bad").Honest("/root/good", "good");

        TransferResult result = await DownloadAsync(lying);

        AssertUnsafe(result, 1);
        AssertOnly("good");
        Assert.False(File.Exists("/tmp/e2b-escaped"));
    }

    [Fact]
    public async Task The_first_of_two_entries_counts()
    {
        TransferResult result = await DownloadAsync(new LyingSandbox().Honest("/root/good", "good").Pack("/root/good", "evil"));

        AssertUnsafe(result, 1);
        Assert.Equal("good", await File.ReadAllTextAsync(Path.Combine(Target, "good"), Token));
    }

    [Fact]
    public async Task A_link_sent_in_a_files_place_is_not_made()
    {
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good").List("/root/a", size: 4).PackLink("/root/a", "/etc/passwd");

        TransferResult result = await DownloadAsync(lying);

        Assert.Equal(TransferEntryError.Changed, Assert.IsType<TransferEntryException>(Assert.Single(result.Failures).Exception).Error);
        AssertOnly("good");
    }

    [Fact]
    public async Task A_hard_link_is_not_made()
    {
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good").List("/root/a", size: 4)
            .PackLink("/root/a", "/etc/passwd", TarEntryType.HardLink);

        Assert.Single((await DownloadAsync(lying)).Failures);
        AssertOnly("good");
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("hop/../../outside")]
    public async Task A_link_that_leads_outside_is_not_made(string target)
    {
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good")
            .List("/root/hop", target: "/root").PackLink("/root/hop", ".")
            .List("/root/link", target: "/x").PackLink("/root/link", target);

        TransferResult result = await DownloadAsync(lying);

        AssertUnsafe(result, 1);
        AssertOnly("good", "hop");
    }

    [Fact]
    public async Task Nothing_is_written_through_a_link_of_the_same_archive()
    {
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good")
            .List("/root/dir", target: "/tmp").PackLink("/root/dir", _outside)
            .List("/root/dir/below", size: 3).Pack("/root/dir/below", "bad");

        TransferResult result = await DownloadAsync(lying);

        AssertUnsafe(result, 3);
        AssertOnly("good");
        Assert.False(File.Exists(Path.Combine(_outside, "below")));
    }

    [Fact]
    public async Task Nothing_is_written_through_a_local_link()
    {
        Directory.CreateDirectory(Target);
        string victim = Directory.CreateDirectory(Path.Combine(_outside, "victim")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(Target, "dir"), victim);
        await File.WriteAllTextAsync(Path.Combine(victim, "file"), "untouched", Token);
        File.CreateSymbolicLink(Path.Combine(Target, "leaf"), Path.Combine(victim, "file"));
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good").Honest("/root/leaf", "leaf")
            .List("/root/dir", FileType.Directory).Honest("/root/dir/below", "bad");

        TransferResult result = await DownloadAsync(lying);

        AssertUnsafe(result, 1);
        Assert.IsType<string[]>(result.Items); // arrays, which PowerShell can index
        Assert.IsType<TransferFailure[]>(result.Failures);
        Assert.Equal(["good", "leaf"], result.Items.Where(static item => item.Length > 0).Order(StringComparer.Ordinal));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(victim).Select(Path.GetFileName));
        Assert.Equal("untouched", await File.ReadAllTextAsync(Path.Combine(victim, "file"), Token));

        // The link itself was replaced by the file, which is what renaming does.
        Assert.Null(new FileInfo(Path.Combine(Target, "leaf")).LinkTarget);
        Assert.Equal("leaf", await File.ReadAllTextAsync(Path.Combine(Target, "leaf"), Token));
    }

    [Fact]
    public async Task What_is_there_stays_when_the_link_in_its_place_cannot_be_made()
    {
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, "file"), "kept", Token);
        File.CreateSymbolicLink(Path.Combine(Target, "old"), "file");
        string tooLong = string.Concat(Enumerable.Repeat("d/", 3000));
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good")
            .List("/root/file", target: "/x").PackLink("/root/file", tooLong)
            .List("/root/old", target: "/x").PackLink("/root/old", "good");

        TransferResult result = await DownloadAsync(lying);

        TransferFailure failure = Assert.Single(result.Failures);
        Assert.Equal("file", failure.Path);
        Assert.Equal("kept", await File.ReadAllTextAsync(Path.Combine(Target, "file"), Token));
        Assert.Equal("good", new FileInfo(Path.Combine(Target, "old")).LinkTarget);
        AssertOnly("file", "good", "old");
    }

    [Fact]
    public async Task A_tar_that_cannot_be_told_what_to_send_is_not_waited_for()
    {
        var handler = new FakeHandler(request => request.Uri.AbsolutePath switch
        {
            "/filesystem.Filesystem/Stat" => Answers.Proto(new StatResponse { Entry = new LyingSandbox().Root }),
            "/filesystem.Filesystem/ListDir" => Answers.Proto(new ListDirResponse { Entries = { new EntryInfo { Name = "a", Path = "/root/a", Type = FileType.File, Size = 1, ModifiedTime = LyingSandbox.Time } } }),
            "/process.Process/Start" when !request.Text.Contains("--version", StringComparison.Ordinal) => Answers.Stream(new ScriptedStream(Frames.Start(7))),
            "/process.Process/Start" => Answers.Stream(ScriptedStream.Of(Frames.Start(6), Frames.StdOut("gnu\n"), Frames.Exit(), Frames.Done())),
            "/process.Process/SendSignal" => Answers.Proto(new Protocol.Process.SendSignalResponse()),
            _ => Answers.Json("""{"code":"invalid_argument","message":"no such input"}""", System.Net.HttpStatusCode.BadRequest),
        });

        E2BException failure = await Assert.ThrowsAnyAsync<E2BException>(
            () => Client.Sandbox(handler).Files.DownloadAsync("/root", Target, new TransferOptions { Recurse = true }, Token));

        // Its silence is not what ended it: a real tar that waits is kept alive.
        Assert.Contains("no such input", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(handler.Requests, static request => request.Uri.AbsolutePath.EndsWith("/Connect", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public async Task Where_the_root_has_to_be_listed_directory_by_directory_none_is_left_out()
    {
        static EntryInfo At(string path, FileType type, int size = 0) =>
            new() { Name = path[(path.LastIndexOf('/') + 1)..], Path = path, Type = type, Size = size, Mode = 0b111_101_101, ModifiedTime = LyingSandbox.Time };
        Sandbox sandbox = Client.Sandbox(new FakeHandler(request => request.Uri.AbsolutePath switch
        {
            "/filesystem.Filesystem/ListDir" when ListDirRequest.Parser.ParseFrom(request.Body) is { Depth: > 1 } => Answers.Error(500),
            "/filesystem.Filesystem/ListDir" => Answers.Proto(new ListDirResponse
            {
                Entries = { ListDirRequest.Parser.ParseFrom(request.Body).Path == "/" ? At("/d", FileType.Directory) : At("/d/a", FileType.File, 1) },
            }),
            _ => Answers.Proto(new StatResponse { Entry = At("/", FileType.Directory) }),
        }));
        var report = new E2B.Transfers.TransferReport(new E2B.Transfers.TransferMeter(null));

        IReadOnlyList<E2B.Transfers.TransferEntry> found = await new E2B.Transfers.Remote.SandboxListing(
            sandbox, new SandboxFileOptions(), new E2B.Transfers.TransferFilter(null, null), recurse: true)
            .ReadAsync([new E2B.Transfers.Remote.RemoteRoot("/", string.Empty)], report, Token);

        Assert.Empty(report.Failures);
        Assert.Equal(["", "d", "d/a"], found.Select(static entry => entry.Path));
    }

    [Fact]
    public async Task A_resumed_copy_does_not_follow_links_that_lie_in_its_staging()
    {
        string victim = Directory.CreateDirectory(Path.Combine(_outside, "victim")).FullName;
        var options = new TransferOptions { Recurse = true, Resume = true };
        await DownloadAsync(new LyingSandbox().Honest("/root/dir/below", "first").List("/root/dir", FileType.Directory), options);
        string staging = Path.Combine(_outside, StagedName(options));
        Directory.Delete(Target, recursive: true);
        Directory.CreateDirectory(Path.Combine(staging, "data"));
        Directory.CreateSymbolicLink(Path.Combine(staging, "data", "dir"), victim);
        string link = Path.Combine(Directory.CreateDirectory(Path.Combine(victim, "inner")).FullName, "link");
        File.CreateSymbolicLink(link, "nowhere");

        await DownloadAsync(new LyingSandbox().Honest("/root/dir/below", "again").List("/root/dir", FileType.Directory), options);

        Assert.Equal([Path.Combine(victim, "inner"), link], Directory.GetFileSystemEntries(victim, "*", SearchOption.AllDirectories));
        Assert.Equal("nowhere", new FileInfo(link).LinkTarget);
        Assert.Equal("again", await File.ReadAllTextAsync(Path.Combine(Target, "dir", "below"), Token));
    }

    [Fact]
    public async Task A_resumed_copy_brings_nothing_that_is_gone_at_its_source_and_no_part_of_another_kind()
    {
        var options = new TransferOptions { Recurse = true, Resume = true };
        string data = Path.Combine(_outside, StagedName(options), "data");
        Directory.CreateDirectory(Path.Combine(data, "gone", "below"));
        Directory.CreateDirectory(Path.Combine(data, "now-a-file"));
        await File.WriteAllTextAsync(Path.Combine(data, "stale"), "stale", Token);
        await File.WriteAllTextAsync(Path.Combine(data, "now-a-directory"), "stale", Token);

        TransferResult result = await DownloadAsync(
            new LyingSandbox().Honest("/root/now-a-file", "x").List("/root/now-a-directory", FileType.Directory).Honest("/root/now-a-directory/a", "a"), options);

        Assert.Empty(result.Failures);
        AssertOnly("now-a-directory", "now-a-file");
        Assert.Equal("a", await File.ReadAllTextAsync(Path.Combine(Target, "now-a-directory", "a"), Token));
    }

    [Fact]
    public async Task A_single_file_whose_name_leads_elsewhere_lands_under_the_name_asked_for()
    {
        var lying = new LyingSandbox { Root = new EntryInfo { Name = "../../evil", Path = "/root/../../evil", Type = FileType.File, Size = 3, Mode = 0b110_100_100, ModifiedTime = LyingSandbox.Time } };
        lying.Pack("/root/../../evil", "abc");
        lying.Root.Path = "/root/../../evil";

        TransferResult result = await lying.Open().Files.DownloadAsync("/root/../../evil", Target, cancellationToken: Token);

        Assert.Empty(result.Failures);
        AssertOnlyAt(_outside, "target");
        Assert.Equal("abc", await File.ReadAllTextAsync(Target, Token));
    }

    [Fact]
    public async Task What_tar_says_about_a_file_fails_that_file_alone()
    {
        LyingSandbox lying = new LyingSandbox { Words = "tar: /root/a: b: file changed as we read it\ntar: /root/gone: Cannot open: Permission denied\n" }
            .Honest("/root/a: b", "half").Honest("/root/good", "good").List("/root/gone", size: 5);

        TransferResult result = await DownloadAsync(lying);

        Assert.Equal(["a: b", "gone"], result.Failures.Select(static failure => failure.Path).Order(StringComparer.Ordinal));
        Assert.Equal(
            [TransferEntryError.Changed, TransferEntryError.Failed],
            result.Failures.OrderBy(static failure => failure.Path, StringComparer.Ordinal).Select(static failure => ((TransferEntryException)failure.Exception).Error));
        AssertOnly("good");
    }

    [Fact]
    public async Task A_file_of_another_size_than_listed_has_changed()
    {
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good").List("/root/grown", size: 2).Pack("/root/grown", "grown")
            .Large("/root/large", new byte[2_000_000], 3_000_000).Large("/root/larger", new byte[3_000_000], 2_000_000);

        TransferResult result = await DownloadAsync(lying);

        Assert.Equal(["grown", "large", "larger"], result.Failures.Select(static failure => failure.Path).Order(StringComparer.Ordinal));
        Assert.All(result.Failures, static failure => Assert.Equal(TransferEntryError.Changed, ((TransferEntryException)failure.Exception).Error));
        AssertOnly("good");
    }

    [Fact]
    public async Task An_archive_that_is_none_ends_the_copy_and_leaves_nothing()
    {
        var lying = new LyingSandbox();
        Sandbox sandbox = Client.Sandbox(new FakeHandler(request => request.Uri.AbsolutePath switch
        {
            "/filesystem.Filesystem/Stat" => Answers.Proto(new StatResponse { Entry = lying.Root }),
            "/filesystem.Filesystem/ListDir" => Answers.Proto(new ListDirResponse { Entries = { new EntryInfo { Name = "a", Path = "/root/a", Type = FileType.File, Size = 1, ModifiedTime = LyingSandbox.Time } } }),
            "/process.Process/Start" when !request.Text.Contains("--version", StringComparison.Ordinal) =>
                Answers.Stream(ScriptedStream.Of(Frames.Start(7), Frames.StdOut(new string('x', 2048)), Frames.Exit(), Frames.Done())),
            "/process.Process/Start" => Answers.Stream(ScriptedStream.Of(Frames.Start(6), Frames.StdOut("gnu\n"), Frames.Exit(), Frames.Done())),
            _ => Answers.Empty(200),
        }));

        await Assert.ThrowsAsync<E2BProtocolException>(() => sandbox.Files.DownloadAsync("/root", Target, new TransferOptions { Recurse = true }, Token));

        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public async Task Special_files_and_directories_in_the_way_are_errors_of_their_own()
    {
        Directory.CreateDirectory(Path.Combine(Target, "taken"));
        LyingSandbox lying = new LyingSandbox().Honest("/root/good", "good").Honest("/root/taken", "x").List("/root/pipe", FileType.Unspecified);

        TransferResult result = await DownloadAsync(lying);

        Assert.Equal(
            [TransferEntryError.Special, TransferEntryError.InTheWay],
            result.Failures.OrderBy(static failure => failure.Path, StringComparer.Ordinal).Select(static failure => ((TransferEntryException)failure.Exception).Error));
        Assert.Equal("good", await File.ReadAllTextAsync(Path.Combine(Target, "good"), Token));
    }

    [Fact]
    public async Task An_archive_whose_connection_broke_is_asked_for_again()
    {
        LyingSandbox lying = new LyingSandbox { Breaks = 1 };
        for (int i = 0; i < 20; i++)
        {
            lying.Honest($"/root/{i}", $"content {i}");
        }

        TransferResult result = await DownloadAsync(lying);

        // The fake sends all again; what it sends twice is told, and does no harm.
        Assert.DoesNotContain(result.Failures, static failure => failure.Exception is not TransferEntryException { Error: TransferEntryError.Unsafe });
        Assert.Equal(20, result.Files);
        Assert.Equal("content 19", await File.ReadAllTextAsync(Path.Combine(Target, "19"), Token));
    }

    private static string StagedName(TransferOptions options) =>
        E2B.Transfers.StagingName.For("target", string.Join('\0', ["sbx1", options.User, "/root"]));

    private Task<TransferResult> DownloadAsync(LyingSandbox lying, TransferOptions? options = null) =>
        lying.Open().Files.DownloadAsync("/root", Target, options ?? new TransferOptions { Recurse = true }, Token);

    private static void AssertUnsafe(TransferResult result, int count)
    {
        Assert.Equal(count, result.Failures.Count);
        Assert.All(result.Failures, static failure => Assert.Equal(TransferEntryError.Unsafe, Assert.IsType<TransferEntryException>(failure.Exception).Error));
    }

    /// <summary>Nothing but these is in the target, and nothing but the target beside it.</summary>
    private void AssertOnly(params string[] names)
    {
        AssertOnlyAt(Target, names);
        AssertOnlyAt(_outside, "target");
    }

    private static void AssertOnlyAt(string directory, params string[] names) =>
        Assert.Equal(names, Directory.GetFileSystemEntries(directory).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
}
