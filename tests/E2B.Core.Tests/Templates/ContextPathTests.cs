using E2B.Templates.Context;

namespace E2B.Core.Tests.Templates;

/// <summary>The rules for paths of each system, asked for on any.</summary>
public sealed class ContextPathTests
{
    [Theory]
    [InlineData(@"src\app\main.py", true, "src/app/main.py")]
    [InlineData(@"src\*.py", true, "src/*.py")]
    [InlineData(@"a\[b\].txt", false, @"a\[b\].txt")]
    [InlineData("src/app", true, "src/app")]
    public void A_backslash_separates_on_Windows_only(string source, bool isWindows, string expected) =>
        Assert.Equal(expected, ContextPaths.WithSlashes(source, isWindows));

    [Theory]
    [InlineData("/etc/passwd", true, true)]
    [InlineData(@"\Windows", true, false)]
    [InlineData(@"\\server\share\x", true, false)]
    [InlineData(@"C:\x", true, true)]
    [InlineData("c:/x", true, true)]
    [InlineData("C:x", true, false)]
    [InlineData("C:", true, false)]
    [InlineData("cc:x", false, false)]
    [InlineData("src/C:/x", false, false)]
    [InlineData("./x", false, false)]
    [InlineData(@"..\x", false, false)]
    public void Absolute_is_what_is_not_relative_to_the_context(string source, bool onWindows, bool elsewhere)
    {
        Assert.Equal(onWindows, ContextPaths.IsAbsolute(source, true));
        Assert.Equal(elsewhere, ContextPaths.IsAbsolute(source, false));
    }

    [Theory]
    [InlineData("..", true, true)]
    [InlineData("a/../..", true, true)]
    [InlineData("../context/a", true, true)]
    [InlineData(@"..\a", true, false)]
    [InlineData(@"a\..\..\b", true, false)]
    [InlineData("a/../b", false, false)]
    [InlineData("..a/b..", false, false)]
    [InlineData("./a/./b", false, false)]
    public void What_leads_out_is_seen_with_either_separator(string source, bool onWindows, bool elsewhere)
    {
        Assert.Equal(onWindows, ContextPaths.LeadsOut(source, true));
        Assert.Equal(elsewhere, ContextPaths.LeadsOut(source, false));
    }

    [Theory]
    [InlineData(@"C:\Context\sub", @"c:\context", true, true)]
    [InlineData(@"C:\Context2", @"C:\Context", true, false)]
    [InlineData(@"C:\Context", @"C:\Context\", true, true)]
    [InlineData(@"C:\x", @"C:\", true, true)]
    [InlineData("/ctx/a", "/ctx", false, true)]
    [InlineData("/ctx/a", "/Ctx", false, false)]
    [InlineData("/ctxa", "/ctx", false, false)]
    [InlineData("/a", "/", false, true)]
    public void A_path_is_within_a_directory_or_is_it(string path, string directory, bool isWindows, bool expected) =>
        Assert.Equal(expected, ContextPaths.IsWithin(path, directory, isWindows));

    [Fact]
    public void Targets_of_links_get_slashes_on_Windows()
    {
        Assert.Equal("../lib/x", ContextPaths.LinkTarget(@"..\lib\x", true));
        Assert.Equal(@"..\lib", ContextPaths.LinkTarget(@"..\lib", false));
    }

    [Fact]
    public void Windows_has_the_modes_of_a_checkout_on_Linux()
    {
        // 0100644, 040755 and 0120777: what stat says there of a file, a directory and a link, and so what the hash is made of.
        Assert.Equal(33188, UnixStatus.UsualMode(ContextKind.File));
        Assert.Equal(16877, UnixStatus.UsualMode(ContextKind.Directory));
        Assert.Equal(41471, UnixStatus.UsualMode(ContextKind.Link));
    }
}
