using E2B.Syncing;
using E2B.Transfers;

namespace E2B.Core.Tests;

public sealed class SyncComparerTests : IDisposable
{
    private static readonly DateTimeOffset _time = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero).AddTicks(1_234_567);

    private readonly string _root = Directory.CreateTempSubdirectory("e2b-sync-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, true)]
    [InlineData(15, true)]
    [InlineData(-15, true)]
    [InlineData(10_000, false)]
    public void Times_are_the_same_up_to_what_an_archive_rounds(long ticks, bool expected) =>
        Assert.Equal(expected, SyncComparer.SameTime(_time, _time.AddTicks(ticks)));

    [Fact]
    public void What_nobody_may_look_at_is_not_taken_for_removed()
    {
        // Root may look at everything; a name that is too long is what the system refuses to look at for root, too.
        string hidden = new('x', 300);

        LocalTree tree = LocalTree.Read(
            _root, new TransferFilter(null, null), new Dictionary<string, bool> { [hidden] = false, ["gone"] = false }, _ => false, Token);

        Assert.True(tree.IsUnknown(hidden));
        Assert.False(tree.IsUnknown("gone"));
    }

    [Fact]
    public void A_side_that_keeps_whole_seconds_has_cut_off_the_rest()
    {
        var cut = DateTimeOffset.FromUnixTimeSeconds(_time.ToUnixTimeSeconds());

        Assert.True(SyncComparer.SameTime(_time, cut));
        Assert.False(SyncComparer.SameTime(_time, cut.AddSeconds(1)));
        Assert.False(SyncComparer.SameTime(cut, _time));
        Assert.True(SyncComparer.SameTime(DateTimeOffset.UnixEpoch.AddYears(-3), DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void What_cannot_be_looked_at_here_is_not_taken_for_missing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no pipes as files on Windows.");
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_root, "pipe")]))
        {
            made.WaitForExit();
        }

        LocalTree local = LocalTree.Read(_root, new TransferFilter(null, null), Token);
        SyncPlan plan = SyncComparer.Compare(local, Remote(File("pipe"), File("other")), mirror: true, whole: true, sameContent: null);

        Assert.Equal("pipe", Assert.Single(local.Failures).Path);
        Assert.Equal("other", Assert.Single(plan.Remove).Path);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error_and_no_empty_one()
    {
        string gone = Path.Combine(_root, "gone");

        Assert.Throws<DirectoryNotFoundException>(() => LocalTree.Read(gone, new TransferFilter(null, null), Token));
    }

    [Fact]
    public void The_directories_on_the_way_go_along_so_that_they_keep_their_modes()
    {
        Write("a/b/new");

        SyncPlan plan = Compare(mirror: false, Known("a"), Known("a/b"));

        Assert.Equal(["a", "a/b", "a/b/new"], plan.Send.Keys);
        Assert.Equal("a/b/new", Assert.Single(plan.Changes).Entry.Path);
    }

    [Fact]
    public void A_removed_directory_is_one_change()
    {
        Write("keep");

        SyncPlan plan = Compare(mirror: true, Known("keep"), Directory_("d"), File("d/a"), Directory_("d/e"), File("d/e/b"), File("d-other"));

        Assert.Equal(["d", "d-other"], plan.Changes.Select(change => change.Entry.Path));
        Assert.Equal(["d", "d-other", "d/a", "d/e", "d/e/b"], plan.Remove.Select(entry => entry.Path));
        Assert.Empty(plan.Send);
    }

    [Fact]
    public void Without_a_mirror_what_is_in_the_way_fails_alone()
    {
        Write("x/below");
        Write("y");

        SyncPlan plan = Compare(mirror: false, File("x"), Directory_("y"), File("y/full"));

        Assert.Equal(["x", "y"], plan.Failures.Select(failure => failure.Path));
        Assert.Empty(plan.Send);
        Assert.Empty(plan.Clear);
        Assert.Empty(plan.Remove);
    }

    [Fact]
    public void A_mirror_clears_the_way_before_it_sends()
    {
        Write("x/below");
        Write("y");

        SyncPlan plan = Compare(mirror: true, File("x"), Directory_("y"), File("y/full"), File("extra"));

        Assert.Equal(["x", "y", "y/full"], plan.Clear.Select(entry => entry.Path).Order(StringComparer.Ordinal));
        Assert.Equal(["extra"], plan.Remove.Select(entry => entry.Path));
        Assert.Equal(["x", "x/below", "y"], plan.Send.Keys);
    }

    [Fact]
    public void Paths_that_are_asked_about_are_looked_at_alone_or_with_all_they_hold()
    {
        Write("a/one");
        Write("a/b/two");
        Write("c/three");
        var filter = new TransferFilter(null, ["secret"]);
        Write("a/secret/four");

        LocalTree tree = LocalTree.Read(_root, filter, new Dictionary<string, bool> { ["a/b"] = false, ["c"] = true, ["a/secret/four"] = false, ["gone/x"] = true }, _ => false, Token);

        Assert.Equal(["a", "a/b", "c", "c/three"], tree.Entries.Keys);
    }

    [Fact]
    public void Directories_in_which_nothing_is_wanted_do_not_count_unless_the_sandbox_has_them()
    {
        Write("a/no.txt");
        Write("b/yes.py");
        Write("c/no.txt");
        var paths = new Dictionary<string, bool> { ["a/no.txt"] = true, ["b/yes.py"] = false, ["c"] = false };

        LocalTree tree = LocalTree.Read(_root, new TransferFilter(["*.py"], null), paths, path => path == "c", Token);

        Assert.Equal(["b", "b/yes.py", "c"], tree.Entries.Keys);
    }

    [Fact]
    public async Task Changes_are_gathered_until_it_is_quiet()
    {
        Directory.CreateDirectory(Path.Combine(_root, "d"));
        using var changes = new LocalChanges(_root);
        Assert.Empty((await changes.TakeAsync(TimeSpan.FromMilliseconds(10), Token))!);
        Write("d/a");
        System.IO.File.Move(Path.Combine(_root, "d/a"), Path.Combine(_root, "d/b"));
        System.IO.File.Delete(Path.Combine(_root, "d/b"));

        var seen = new Dictionary<string, bool>();
        while (!seen.ContainsKey("d/b"))
        {
            foreach ((string path, bool whole) in (await changes.TakeAsync(TimeSpan.FromSeconds(10), Token))!)
            {
                seen[path] = whole;
            }
        }

        Assert.True(seen["d/a"]);
    }

    [Fact]
    public void What_the_system_tells_after_the_end_does_no_harm()
    {
        var changes = new LocalChanges(_root);
        changes.Dispose();

        changes.Add("late", whole: false, isRelative: true);
    }

    [Fact]
    public async Task When_the_system_lost_track_everything_is_to_be_looked_at()
    {
        using var changes = new LocalChanges(_root);
        changes.AddEverything();
        Write("a");

        Assert.Null(await changes.TakeAsync(TimeSpan.FromSeconds(10), Token));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static TransferEntry File(string path) => new(path, EntryKind.File) { SourcePath = "/w/" + path, Size = 1, ModifiedTime = _time };

    private static TransferEntry Directory_(string path) => new(path, EntryKind.Directory) { SourcePath = "/w/" + path, ModifiedTime = _time };

    private static Dictionary<string, TransferEntry> Remote(params TransferEntry[] entries) => entries.ToDictionary(entry => entry.Path, StringComparer.Ordinal);

    private SyncPlan Compare(bool mirror, params TransferEntry[] remote) =>
        SyncComparer.Compare(LocalTree.Read(_root, new TransferFilter(null, null), Token), Remote(remote), mirror, whole: true, sameContent: null);

    /// <summary>As it is here.</summary>
    private TransferEntry Known(string path) => LocalTree.Read(_root, new TransferFilter(null, null), Token).Entries[path];

    private void Write(string path)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllText(full, path);
    }
}
