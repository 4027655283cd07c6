using E2B.Transfers;
using E2B.Transfers.Local;
using E2B.Transfers.Remote;

namespace E2B.Core.Tests.Transfers;

public class NameTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("a", true)]
    [InlineData("a/b c/ü", true)]
    [InlineData("a\\b:c*?|", true)]
    [InlineData("...", true)]
    [InlineData("a.", true)]
    [InlineData("NUL", true)]
    [InlineData("line\nend", true)]
    [InlineData("/a", false)]
    [InlineData("a//b", false)]
    [InlineData("a/", false)]
    [InlineData(".", false)]
    [InlineData("a/./b", false)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("a\0", false)]
    public void Names_on_linux(string path, bool allowed) => Assert.Equal(allowed, EntryNames.WhyNotPosix(path) is null);

    [Theory]
    [InlineData("a", true)]
    [InlineData("a/b c/ü.txt", true)]
    [InlineData(".hidden", true)]
    [InlineData("console", true)]
    [InlineData("COM", true)]
    [InlineData("com10", true)]
    [InlineData("nullable.txt", true)]
    [InlineData("a\\b", false)]
    [InlineData("..\\b", false)]
    [InlineData("C:", false)]
    [InlineData("file:stream", false)]
    [InlineData("a/b?", false)]
    [InlineData("a*", false)]
    [InlineData("a<", false)]
    [InlineData("a\"", false)]
    [InlineData("a|b", false)]
    [InlineData("a.", false)]
    [InlineData("a ", false)]
    [InlineData("d./a", false)]
    [InlineData("a\nb", false)]
    [InlineData("NUL", false)]
    [InlineData("nul.txt", false)]
    [InlineData("d/con", false)]
    [InlineData("aux.tar.gz", false)]
    [InlineData("PRN .txt", false)]
    [InlineData("com1", false)]
    [InlineData("LPT9.log", false)]
    [InlineData("COM²", false)]
    [InlineData("CONIN$", false)]
    [InlineData("..", false)]
    [InlineData("/a", false)]
    public void Names_on_windows(string path, bool allowed) => Assert.Equal(allowed, EntryNames.WhyNotWindows(path) is null);

    [Fact]
    public void Names_that_differ_in_case_are_one_where_case_does_not_count()
    {
        TransferEntry[] entries = [Entry("a"), Entry("A"), Entry("b")];
        TransferReport strict = Report(), loose = Report();

        Assert.Equal(["a", "A", "b"], LocalNames.Accept(entries, strict, isWindows: false, ignoresCase: false).Select(static entry => entry.Path));
        Assert.Equal(["a", "b"], LocalNames.Accept(entries, loose, isWindows: true, ignoresCase: true).Select(static entry => entry.Path));
        Assert.Equal("A", Assert.Single(loose.Failures).Path);
    }

    [Theory]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", "d/e/a.TXT", true)]
    [InlineData("*.txt", "a.txt.gz", false)]
    [InlineData("?.c", "ab.c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[", "[", true)]
    [InlineData("`*", "*", true)]
    [InlineData("`*", "a", false)]
    [InlineData("a+b", "a+b", true)]
    [InlineData("d/*.txt", "d/a.txt", true)]
    [InlineData("d/*.txt", "d/e/a.txt", false)]
    [InlineData("d/**", "d/e/a.txt", true)]
    [InlineData("**/a.txt", "a.txt", true)]
    [InlineData("**/a.txt", "d/e/a.txt", true)]
    [InlineData("/a.txt", "a.txt", true)]
    [InlineData("/a.txt", "d/a.txt", false)]
    public void Wildcards(string pattern, string path, bool matches)
    {
        Assert.Equal(matches, new TransferFilter([pattern], null).Includes(path));
        Assert.Equal(matches, new TransferFilter(null, [pattern]).Excludes(path));
    }

    [Fact]
    public void A_pattern_that_is_none_is_refused() =>
        Assert.Throws<E2BInvalidArgumentException>(() => new TransferFilter(["[z-a]"], null));

    [Fact]
    public void A_long_pattern_takes_no_long_time() =>
        Assert.False(new TransferFilter([string.Concat(Enumerable.Repeat("*a", 40)) + "b"], null).Includes(new string('a', 200)));

    [Theory]
    [InlineData("app/data.csv")]
    [InlineData(@"C:\data\data.csv")]
    [InlineData("data.csv/")]
    public void A_staging_directory_is_hidden_and_named_after_its_destination(string path)
    {
        Assert.Matches(@"^\.data\.csv\.e2b-[0-9a-f]{16}$", StagingName.New(path));
        Assert.NotEqual(StagingName.New(path), StagingName.New(path));
        Assert.Equal(StagingName.For(path, "x"), StagingName.For(path, "x"));
        Assert.NotEqual(StagingName.For(path, "x"), StagingName.For(path, "y"));
    }

    [Fact]
    public void A_staging_directorys_name_is_never_too_long()
    {
        string name = StagingName.New(new string('ü', 120) + "😀");

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(name), 150, 255);
        Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(name)));
    }

    [Fact]
    public void Hashes_are_read_in_order_whatever_the_names_hold()
    {
        string a = new('a', 64), b = new('b', 64), c = new('c', 64), d = new('d', 64);
        string[] files = ["/plain", "/missing", "/line\nend", "/back\\slash", "/raw\nline"];

        Dictionary<string, string> hashes = SandboxHashes.Read(
            $"{a}  /plain\n\\{b}  /line\\nend\n\\{c}  /back\\\\slash\n{d}  /raw\nline\n", [.. files.Select(static file => (file, file))]);

        Assert.Equal(new Dictionary<string, string> { ["/plain"] = a, ["/line\nend"] = b, ["/back\\slash"] = c, ["/raw\nline"] = d }, hashes);
    }

    [Theory]
    [InlineData("a", "b", false)]
    [InlineData("d/a", "../b", false)]
    [InlineData("d/a", "../../b", true)]
    [InlineData("a", "", false)]
    [InlineData("a", ".", false)]
    [InlineData("a", "..", true)]
    [InlineData("a", "/", true)]
    [InlineData("a", "//x", true)]
    [InlineData("a", "d/../..", true)]
    [InlineData("d/e/f", "root/../x", true)]
    [InlineData("d/e/f", "deep/../../x", false)]
    [InlineData("a", "loop", false)]
    [InlineData("a", "longer", false)]
    [InlineData("a", "loop/../..", false)]
    [InlineData("a", "D:x", false)]
    [InlineData("a", @"..\x", false)]
    [InlineData("a", "D:x", true, true)]
    [InlineData("a", "D:/x", true, true)]
    [InlineData("a", @"..\x", true, true)]
    [InlineData("a", @"\\server\share", true, true)]
    [InlineData("a", "x", false, true)]
    [InlineData("a", "../x", true, true)]
    public void Links(string path, string target, bool leadsOutside, bool onWindows = false)
    {
        var links = new Dictionary<string, string> { ["d/e/root"] = "../..", ["d/e/deep"] = "g/h", ["loop"] = "loop", ["longer"] = "longer/x" };

        Assert.Equal(leadsOutside, LinkGuard.LeadsOutside(path, target, links.GetValueOrDefault, onWindows));
    }

    [Theory]
    [InlineData("Dir/../../outside", true)]
    [InlineData("dir/../../outside", true)]
    [InlineData("Dir/inside", false)]
    public void Where_case_does_not_count_a_link_is_followed_by_its_other_names_too(string target, bool leadsOutside)
    {
        TransferEntry[] links = [Link("a/dir", "."), Link("a/link", target)];
        TransferReport strict = Report(), loose = Report();

        Assert.Equal(leadsOutside ? 1 : 2, LinkGuard.Accept(links, loose, static _ => null, NameComparer.For(ignoresCase: true), isWindows: false).Count);
        Assert.Equal(target[0] == 'd' ? 1 : 2, LinkGuard.Accept(links, strict, static _ => null, NameComparer.For(ignoresCase: false), isWindows: false).Count);
    }

    [Fact]
    public void Names_that_differ_in_how_accents_are_written_are_one_where_case_does_not_count()
    {
        // Without ICU .NET knows nothing of accents, and both are names of their own.
        bool knowsAccents = "u\u0308".Normalize() == "\u00fc";
        TransferReport report = Report();

        IReadOnlyList<TransferEntry> accepted = LocalNames.Accept([Entry("d\u00fc"), Entry("du\u0308")], report, isWindows: false, ignoresCase: true);

        Assert.Equal(knowsAccents ? ["d\u00fc"] : ["d\u00fc", "du\u0308"], accepted.Select(static entry => entry.Path));
        Assert.Equal(knowsAccents ? 1 : 0, report.Failures.Count);
    }

    [Fact]
    public void A_plan_leaves_out_what_lies_below_a_file_and_what_is_there_twice()
    {
        TransferReport report = Report();

        TransferPlan plan = TransferPlan.Of([Entry("a"), Entry("a/b"), Entry("a/b/c"), Entry("d"), Entry("d")], report);

        Assert.Equal(["a"], plan.Entries.Select(static entry => entry.Path));
        Assert.Equal(["a/b", "a/b/c", "d"], report.Failures.Select(static failure => failure.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_plan_sends_small_files_together_and_large_ones_alone()
    {
        TransferEntry[] entries =
        [
            .. Enumerable.Range(0, 5000).Select(static i => Entry($"s{i}", 10)),
            .. Enumerable.Range(0, 70).Select(static i => Entry($"m{i}", 1024 * 1024 - 1)),
            Entry("l", 1024 * 1024),
        ];

        TransferPlan plan = TransferPlan.Of(entries, Report());

        Assert.Equal(["l"], plan.Large.Select(static entry => entry.Path));
        Assert.Equal(5070, plan.Parts.Sum(static part => part.Count));
        Assert.All(plan.Parts, static part => Assert.InRange(part.Sum(static entry => entry.Size), 1, 33L * 1024 * 1024));
        Assert.All(plan.Parts, static part => Assert.InRange(part.Count, 1, 4096));
    }

    [Fact]
    public void Progress_tells_the_rate_and_the_time_left()
    {
        var progress = new TransferProgress { BytesDone = 25, BytesTotal = 100, FilesDone = 1, FilesTotal = 2, Elapsed = TimeSpan.FromSeconds(5) };

        Assert.Equal(5, progress.BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(15), progress.TimeLeft);
        Assert.Null(new TransferProgress { BytesTotal = 100 }.TimeLeft);
        Assert.Equal(TimeSpan.FromSeconds(5), new TransferProgress { FilesDone = 1, FilesTotal = 2, Elapsed = TimeSpan.FromSeconds(5) }.TimeLeft);
    }

    private static TransferEntry Link(string path, string target) => new(path, EntryKind.Link) { SourcePath = "/w/" + path, LinkTarget = target };

    private static TransferEntry Entry(string path, long size = 0) => new(path, EntryKind.File) { SourcePath = "/" + path, Size = size };

    private static TransferReport Report() => new(new TransferMeter(null));
}
