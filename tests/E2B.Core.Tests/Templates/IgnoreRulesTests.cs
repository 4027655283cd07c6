using E2B.Templates.Context.Ignoring;

namespace E2B.Core.Tests.Templates;

/// <summary>What Docker's reference says of .dockerignore files, and Go's of patterns.</summary>
public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("*/temp*", "somedir/temporary.txt somedir/temp", "temp a/b/temp")]
    [InlineData("*/*/temp*", "a/b/temporary.txt", "a/temp a/b/c/temp")]
    [InlineData("temp?", "tempa tempb tempa/x temp🙂", "temp tempab")]
    [InlineData("**/*.go", "x.go a/x.go a/b/x.go", "x.go.txt")]
    [InlineData("*.log", "x.log .log", "a/x.log")]
    [InlineData("node_modules", "node_modules node_modules/a node_modules/a/b", "a/node_modules node_modules2")]
    [InlineData("**/node_modules", "node_modules a/node_modules a/node_modules/b", "a/xnode_modules")]
    [InlineData("/dist", "dist dist/a", "a/dist")]
    [InlineData("dist/", "dist dist/a", "a/dist distx")]
    [InlineData("./dist", "dist", "a/dist")]
    [InlineData("x/../dist//a/.", "dist/a dist/a/b", "x dist")]
    [InlineData("dist/**", "dist/a dist/a/b", "dist")]
    [InlineData("a/**/b", "a/b a/x/b a/x/y/b", "b a/xb")]
    [InlineData("**", "a a/b .x", "")]
    [InlineData("**/", "a a/b", "")]
    [InlineData("**foo", "foo xfoo a/foo a/xfoo", "foox")]
    [InlineData("a**", "a ab a/b", "b")]
    [InlineData("[a-c].txt", "a.txt c.txt", "d.txt a/a.txt")]
    [InlineData("[^a].txt", "b.txt", "a.txt")]
    [InlineData("[!a].txt", "!.txt a.txt", "b.txt")]
    [InlineData(@"[\]\-a].txt", "].txt -.txt a.txt", "b.txt")]
    [InlineData(@"\*.txt", "*.txt", "a.txt")]
    [InlineData(@"\!bang", "!bang", "bang")]
    [InlineData("a+b(c){d}.$|^", "a+b(c){d}.$|^", "aab")]
    [InlineData(".", "", "a a/b")]
    [InlineData("# comment\n\n  \n", "", "# comment")]
    [InlineData(" # no comment", "# no comment", "")]
    [InlineData("\uFEFF# comment\r\n*.txt\r\n", "a.txt", "# comment")]
    [InlineData("  *.md  ", "a.md", "")]
    [InlineData("*.md\n!README.md", "a.md", "README.md")]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "a.md README-secret.md", "README.md README-1.md")]
    [InlineData("*.md\nREADME-secret.md\n!README*.md", "a.md", "README.md README-secret.md")]
    [InlineData("*\n!src\nsrc/*.tmp", "a src/x.tmp", "src src/b src/c/x.tmp")]
    [InlineData("src\n! src/keep ", "src src/a", "src/keep src/keep/b")]
    [InlineData("**\n!**/*.py", "a a/b.txt", "x.py a/b/x.py")]
    public void A_path_is_left_out_or_taken(string lines, string ignored, string taken)
    {
        var rules = IgnoreRules.Parse(lines.Split('\n'), isWindows: false);

        Assert.All(Paths(ignored), path => Assert.True(IsIgnored(rules, path), path));
        Assert.All(Paths(taken), path => Assert.False(IsIgnored(rules, path), path));
    }

    [Fact]
    public void A_backslash_separates_on_Windows()
    {
        Assert.True(IsIgnored(IgnoreRules.Parse([@"build\*.obj"], isWindows: true), "build/a.obj"));
        Assert.False(IsIgnored(IgnoreRules.Parse([@"build\*.obj"], isWindows: false), "build/a.obj"));
    }

    [Theory]
    [InlineData("a\n!", "Line 2")]
    [InlineData("[a", "Line 1")]
    [InlineData("[]", "Line 1")]
    [InlineData("[z-a]", "wrong way round")]
    [InlineData(@"a\", "nothing behind")]
    public void A_line_that_means_nothing_is_an_error(string lines, string part)
    {
        var error = Assert.Throws<TemplateContextException>(() => IgnoreRules.Parse(lines.Split('\n'), isWindows: false));

        Assert.Equal(TemplateContextError.IgnoreFile, error.Error);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static string[] Paths(string text) =>
        text.StartsWith('#') ? [text] : text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsIgnored(IgnoreRules rules, string path)
    {
        IgnoreVerdict? verdict = null;
        for (int at = path.IndexOf('/'); at >= 0; at = path.IndexOf('/', at + 1))
        {
            verdict = rules.Judge(path[..at], verdict);
        }

        return rules.Judge(path, verdict).IsIgnored;
    }
}
