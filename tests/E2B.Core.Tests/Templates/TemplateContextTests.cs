using System.Diagnostics;
using E2B.Templates.Context;

namespace E2B.Core.Tests.Templates;

public sealed class TemplateContextTests : IDisposable
{
    private readonly ContextFolder _folder = new();
    private readonly ContextFolder _outside = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _outside.Dispose();
    }

    [Fact]
    public void Exceptions_bring_their_directories_with_them()
    {
        _folder.Files("src/a.txt", "src/keep/b.txt", "src/keep/c.md", "other/d").File(".dockerignore", "*\n!src/keep/*.txt\n");

        Assert.Equal(["", "src", "src/keep", "src/keep/b.txt"], Paths("."));
        Assert.Equal(["src", "src/keep", "src/keep/b.txt"], Paths("src"));
        Assert.Equal(["src/keep/b.txt"], Paths("src/keep/*.txt"));
    }

    [Fact]
    public void What_is_ignored_is_left_out_with_all_that_is_in_it()
    {
        _folder.Files("node_modules/a/b", "src/node_modules/c", "src/d", "dist/e").File(".dockerignore", "**/node_modules\ndist/\n");

        Assert.Equal(["", ".dockerignore", "src", "src/d"], Paths("."));
    }

    [Fact]
    public void What_the_system_does_not_look_for_is_named()
    {
        string name = new('a', 300);

        var error = Assert.Throws<TemplateContextException>(() => new TemplateContext(_folder.Path).Select(name, resolveLinks: false));

        Assert.Equal(TemplateContextError.Unreadable, error.Error);
        Assert.Equal([name], error.Paths);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Patterns_given_come_before_the_file()
    {
        _folder.Files("a.txt", "b.txt", "c.md").File(".dockerignore", "!b.txt\n.dockerignore\n");

        Assert.Equal(["b.txt", "c.md"], Paths("*", new ContextOptions { IgnorePatterns = ["*.txt"] }));
    }

    [Fact]
    public void Names_in_brackets_are_no_patterns_below_a_directory_that_matches()
    {
        // The official client makes a pattern of the directory's name, and loses its files.
        _folder.Files("[slug]/page.tsx", "s");

        Assert.Equal(["[slug]", "[slug]/page.tsx", "s"], Paths("*"));
    }

    [Fact]
    public void Nothing_that_matches_is_an_error_which_tells_ignored_from_missing()
    {
        _folder.Files("a.log").File(".dockerignore", "*.log");

        var missing = Assert.Throws<TemplateContextException>(() => Paths("b*"));
        var ignored = Assert.Throws<TemplateContextException>(() => Paths("a*"));
        var none = Assert.Throws<TemplateContextException>(() => new TemplateContext(_folder.At("nowhere")));

        Assert.All([missing, ignored, none], static error => Assert.Equal(TemplateContextError.NotFound, error.Error));
        Assert.Contains("Nothing in", missing.Message, StringComparison.Ordinal);
        Assert.Contains(".dockerignore", ignored.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", none.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/hostname")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("{/etc,a}/hostname")]
    [InlineData("{..,a}/x")]
    [InlineData(@"\.\./x")]
    [InlineData(@".\./x")]
    [InlineData("**/../../x")]
    public void A_source_cannot_lead_out(string source)
    {
        _folder.Files("a/x");

        Assert.Throws<E2BInvalidArgumentException>(() => Paths(source));
    }

    [Fact]
    public async Task Links_out_of_the_context_are_copied_as_links_and_not_gone_through()
    {
        _outside.Files("secret", "deep/secret");
        _folder.Files("src/a").Link("src/out", _outside.Path).Link("src/up", "../..");

        ContextSelection selection = Select("src");

        Assert.Equal(["src", "src/a", "src/out", "src/up"], selection.Entries.Select(static entry => entry.Path));
        Assert.Equal(_outside.Path, selection.Entries[2].LinkTarget);
        string hash = await ContextHash.ComputeAsync(selection, "/app", Token);
        _outside.File("secret", "changed").Files("another");
        Assert.Equal(hash, await ContextHash.ComputeAsync(Select("src"), "/app", Token));
    }

    [Theory]
    [InlineData("out/secret")]
    [InlineData("out/*")]
    [InlineData("*/secret")]
    [InlineData("in/out/secret")]
    public void A_source_that_goes_through_a_link_to_the_outside_is_an_error_unless_asked_for(string source)
    {
        _outside.Files("secret");
        _folder.Link("out", _outside.Path).Folder("real").Link("real/out", _outside.Path).Link("in", "real");

        var error = Assert.Throws<TemplateContextException>(() => Paths(source));

        Assert.Equal(TemplateContextError.Outside, error.Error);
        Assert.EndsWith("out", Assert.Single(error.Paths), StringComparison.Ordinal);
        Assert.Contains(Select(source, followsOutside: true).Entries.Select(static entry => entry.Path), static path => path.EndsWith("/secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Links_that_are_followed_must_stay_inside_unless_asked_for()
    {
        _outside.Files("secret");
        _folder.Files("a").Link("one", _outside.At("secret")).Link("two", "one").Link("fine", "a");

        var error = Assert.Throws<TemplateContextException>(() => Select(".", resolve: true));
        ContextSelection asked = Select("one", resolve: true, followsOutside: true);

        Assert.Equal(TemplateContextError.Outside, error.Error);
        Assert.Equal(["one", "two"], error.Paths);
        Assert.Equal(ContextKind.File, Assert.Single(asked.Entries).Kind);
    }

    [Fact]
    public void Broken_links_are_all_named_where_they_are_followed_and_a_warning_where_not()
    {
        _folder.Link("x", "nowhere").Link("y", "x").Link("loop", "loop").Files("a");

        var error = Assert.Throws<TemplateContextException>(() => Select(".", resolve: true));

        Assert.Equal(TemplateContextError.BrokenLink, error.Error);
        Assert.Equal(["loop", "x", "y"], error.Paths);
        Assert.All(error.Paths, path => Assert.Contains($"'{path}'", error.Message, StringComparison.Ordinal));
        ContextSelection selection = Select(".");
        Assert.Equal(3, selection.Warnings.Count);
        Assert.Equal(["", "a", "loop", "x", "y"], selection.Entries.Select(static entry => entry.Path));
    }

    [Fact]
    public void Special_files_are_told_of_and_not_packed()
    {
        _folder.Files("a").Pipe("pipe");

        ContextSelection selection = Select(".");

        Assert.Contains("'pipe'", Assert.Single(selection.Warnings), StringComparison.Ordinal);
        Assert.Equal(["", "a"], selection.Entries.Where(static entry => entry.IsPacked).Select(static entry => entry.Path));
    }

    [Fact]
    public void A_linked_directory_that_is_not_copied_whole_is_told_of()
    {
        _folder.Files("real/deep/x").Link("src/link", "../real").Files("flat/y").Link("src/good", "../flat");

        Assert.Contains("'src/link'", Assert.Single(Select("src", resolve: true).Warnings), StringComparison.Ordinal);
        Assert.Equal(2, Select(".", resolve: true).Warnings.Count);
    }

    [Fact]
    public async Task Files_that_cannot_be_read_are_all_named()
    {
        _folder.Files("a", "b", "c", "d");
        ContextSelection selection = Select(".");

        // Who runs as root may read everything, but nobody what another has opened for itself.
        using FileStream first = new(_folder.At("b"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using FileStream second = new(_folder.At("d"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var error = await Assert.ThrowsAsync<TemplateContextException>(() => ContextHash.ComputeAsync(selection, "/app", Token));

        Assert.Equal(TemplateContextError.Unreadable, error.Error);
        Assert.Equal(["b", "d"], error.Paths);
    }

    [Fact]
    public void Directories_that_cannot_be_read_are_named()
    {
        // Deeper than the system takes in one path; only step by step it can be made, and removed.
        try
        {
            Run("node", "-e", "const name = 'n'.repeat(250); for (let i = 0; i < 20; i++) { fs.mkdirSync(name); process.chdir(name) }");

            var error = Assert.Throws<TemplateContextException>(() => Select("."));

            Assert.Equal(TemplateContextError.Unreadable, error.Error);
            Assert.EndsWith("nnn", Assert.Single(error.Paths), StringComparison.Ordinal);
        }
        finally
        {
            Run("rm", "-rf", _folder.At(new string('n', 250)));
        }
    }

    [Fact]
    public async Task A_file_that_changes_after_it_was_selected_is_an_error()
    {
        _folder.Files("a");
        ContextSelection selection = Select("a");
        _folder.File("a", "another length");

        var error = await Assert.ThrowsAsync<TransferEntryException>(() => ContextHash.ComputeAsync(selection, "/app", Token));

        Assert.Equal(TransferEntryError.Changed, error.Error);
    }

    private ContextSelection Select(string source, ContextOptions? options = null, bool resolve = false, bool followsOutside = false) =>
        new TemplateContext(_folder.Path, options).Select(source, resolve, followsOutside);

    private string[] Paths(string source, ContextOptions? options = null) => [.. Select(source, options).Entries.Select(static entry => entry.Path)];

    private void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.Path })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
