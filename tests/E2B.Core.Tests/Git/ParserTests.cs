using E2B.Git;

namespace E2B.Core.Tests.Git;

/// <summary>Git's machine formats, written as its documentation has them; "|" stands for the zero character.</summary>
public class ParserTests
{
    private const string Hash = "1111111111111111111111111111111111111111";

    [Fact]
    public void A_status_has_its_branch_and_its_distance_from_the_upstream()
    {
        GitStatus status = Status($"# branch.oid {Hash}|# branch.head a/b|# branch.upstream origin/a/b|# branch.ab +3 -14|# stash 2|");

        Assert.Equal(("a/b", Hash, "origin/a/b", 3, 14), (status.Branch, status.Commit, status.Upstream, status.Ahead, status.Behind));
        Assert.Equal((false, false, true), (status.IsDetached, status.IsUpstreamGone, status.IsClean));
    }

    [Theory]
    [InlineData("# branch.oid (initial)|# branch.head main|", "main", null, false, false)]
    [InlineData("# branch.oid (initial)|# branch.head main|# branch.upstream origin/main|", "main", null, false, false)]
    [InlineData("# branch.oid " + Hash + "|# branch.head (detached)|", null, Hash, true, false)]
    [InlineData("# branch.oid " + Hash + "|# branch.head main|# branch.upstream origin/main|", "main", Hash, false, true)]
    public void A_status_tells_an_unborn_branch_a_detached_head_and_an_upstream_that_is_gone(
        string output, string? branch, string? commit, bool isDetached, bool isGone)
    {
        GitStatus status = Status(output);

        Assert.Equal((branch, commit, isDetached, isGone), (status.Branch, status.Commit, status.IsDetached, status.IsUpstreamGone));
    }

    [Theory]
    [InlineData("1 M. N... 100644 100644 100644 h h a b|", 'M', ' ', GitFileState.Modified, "a b", null)]
    [InlineData("1 .M N... 100644 100644 100644 h h  x|", ' ', 'M', GitFileState.Modified, " x", null)]
    [InlineData("1 AM N... 000000 100644 100644 h h a|", 'A', 'M', GitFileState.Added, "a", null)]
    [InlineData("1 .D N... 100644 100644 000000 h h a|", ' ', 'D', GitFileState.Deleted, "a", null)]
    [InlineData("1 .T N... 100644 100644 120000 h h a|", ' ', 'T', GitFileState.TypeChanged, "a", null)]
    [InlineData("2 R. N... 100644 100644 100644 h h R100 new name|# old|", 'R', ' ', GitFileState.Renamed, "new name", "# old")]
    [InlineData("2 CM N... 100644 100644 100644 h h C75 b|a\nb|", 'C', 'M', GitFileState.Copied, "b", "a\nb")]
    [InlineData("u AA N... 1 2 3 4 h h h 1 x|", 'A', 'A', GitFileState.Conflicted, "1 x", null)]
    [InlineData("u DU N... 1 2 3 4 h h h a|", 'D', 'U', GitFileState.Conflicted, "a", null)]
    [InlineData("? ? 1 M.|", '?', '?', GitFileState.Untracked, "? 1 M.", null)]
    [InlineData("? -rf\n*|", '?', '?', GitFileState.Untracked, "-rf\n*", null)]
    public void A_file_has_what_happened_to_it_and_its_name_whatever_that_is(
        string output, char index, char workTree, GitFileState state, string name, string? oldName)
    {
        GitFileStatus file = Assert.Single(Status(output + "? last|").Files, f => f.Name != "last");

        Assert.Equal((index, workTree, state, name, oldName), (file.IndexStatus, file.WorkTreeStatus, file.Status, file.Name, file.OldName));
    }

    [Fact]
    public void Staged_unstaged_and_the_rest_are_told_apart()
    {
        GitStatus status = Status("1 MM N... 1 1 1 h h both|1 A. N... 1 1 1 h h staged|1 .M N... 1 1 1 h h not|u UU N... 1 1 1 1 h h h torn|? new|");

        Assert.Equal(["both", "staged"], status.Staged.Select(f => f.Name));
        Assert.Equal(["both", "not"], status.Unstaged.Select(f => f.Name));
        Assert.Equal(["torn"], status.Conflicted.Select(f => f.Name));
        Assert.Equal(["new"], status.Untracked.Select(f => f.Name));
        Assert.False(status.IsClean);
    }

    [Theory]
    [InlineData("3 what is this|")]
    [InlineData("1 M. too few|")]
    [InlineData("2 R. N... 1 1 1 h h R100 new|")]
    public void What_is_not_understood_is_an_error(string output) => Assert.Throws<E2BProtocolException>(() => Status(output));

    [Fact]
    public void Branches_have_their_upstreams_and_no_aliases()
    {
        IReadOnlyList<GitBranch> branches = BranchParser.Parse(
            ("refs/heads/a/b|*|h1||refs/remotes/origin/a/b|ahead 2, behind 11|One|\nrefs/heads/c| |h2||refs/remotes/origin/c|gone|Two|\n"
                + "refs/heads/d| |h3||refs/heads/c|behind 1||\nrefs/remotes/origin/HEAD| |h1|refs/remotes/origin/a/b|||One|\nrefs/remotes/origin/a/b| |h1||||One|\n").Replace('|', '\0'),
            "s");

        Assert.Equal(
            [("a/b", true, false, "h1", "origin/a/b", 2, 11, false), ("c", false, false, "h2", "origin/c", 0, 0, true), ("d", false, false, "h3", "c", 0, 1, false), ("origin/a/b", false, true, "h1", null, 0, 0, false)],
            branches.Select(b => (b.Name, b.IsCurrent, b.IsRemote, b.Commit, b.Upstream, b.Ahead, b.Behind, b.IsUpstreamGone)));
        Assert.Empty(BranchParser.Parse(string.Empty, "s"));
    }

    [Fact]
    public void Commits_keep_messages_of_several_lines_and_empty_parts()
    {
        IReadOnlyList<GitLogEntry> entries = LogParser.Parse(
            ("h2|2|h1 h0|Ann|a@x|2024-02-29T23:59:59+05:30|Bob||2024-03-01T00:00:00Z|HEAD -> refs/heads/main, tag: refs/tags/v1, refs/heads/x|Two|line 1\n\nline 2\n|"
                + "h1|1|||||Bob|b@x|2024-01-01T00:00:00-08:00||||").Replace('|', '\0'),
            "s");

        Assert.Equal(["h2", "h1"], entries.Select(e => e.Commit));
        Assert.Equal(["h1", "h0"], entries[0].Parents);
        Assert.Equal(["HEAD", "refs/heads/main", "refs/tags/v1", "refs/heads/x"], entries[0].References);
        Assert.Equal(("Two", "line 1\n\nline 2", new DateTimeOffset(2024, 2, 29, 23, 59, 59, TimeSpan.FromHours(5.5))), (entries[0].Subject, entries[0].Body, entries[0].AuthorDate));
        Assert.Equal(("", "", 0, default), (entries[1].Subject, entries[1].Body, entries[1].References.Count, entries[1].AuthorDate));
    }

    [Fact]
    public void Differences_have_names_and_lines()
    {
        IReadOnlyList<GitDiffEntry> entries = DiffParser.Parse(
            (":100644 100644 a b M|a\tb|:100644 100644 a b R090|old|new name|:000000 000000 0 0 U|torn|:100644 100644 a 0 M|torn|:100644 000000 a 0 D|bin|"
                + "3\t0\ta\tb|1\t2\t|old|new name|4\t5\ttorn|-\t-\tbin|").Replace('|', '\0'),
            "s");

        Assert.Equal(
            [("a\tb", null, GitFileState.Modified, 3, 0), ("new name", "old", GitFileState.Renamed, 1, 2), ("torn", null, GitFileState.Conflicted, 4, 5), ("bin", null, GitFileState.Deleted, (int?)null, (int?)null)],
            entries.Select(d => (d.Name, d.OldName, d.Status, d.Additions, d.Deletions)));
        Assert.True(entries[3].IsBinary);
    }

    [Theory]
    [InlineData("Receiving objects:  45% (450/1000), 1.20 MiB | 3.40 MiB/s", "Receiving objects", 450L, 1000L, "1.20 MiB | 3.40 MiB/s")]
    [InlineData("remote: Compressing objects: 100% (5/5), done.        ", "Compressing objects", 5L, 5L, "")]
    [InlineData("Receiving objects: 100% (9/9), 2.00 KiB | 2.00 MiB/s, done.", "Receiving objects", 9L, 9L, "2.00 KiB | 2.00 MiB/s")]
    [InlineData("remote: Enumerating objects: 12, done.", "Enumerating objects", 12L, null, "")]
    [InlineData("Updating files:  67% (3350/5000)", "Updating files", 3350L, 5000L, "")]
    public void Progress_is_read(string line, string phase, long done, long? total, string detail) =>
        Assert.Equal(new GitProgress(phase, done, total, detail), ProgressReader.Parse(line));

    [Theory]
    [InlineData("fatal: repository 'x' not found")]
    [InlineData("Cloning into 'x'...")]
    [InlineData("remote: Total 3 (delta 0), reused 0 (delta 0)")]
    [InlineData("error: 1: 2")]
    public void What_is_no_progress_is_a_message(string line) => Assert.Null(ProgressReader.Parse(line));

    private static GitStatus Status(string output) => StatusParser.Parse(output.Replace('|', '\0'), "s", "r");
}
