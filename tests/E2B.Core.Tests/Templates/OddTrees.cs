using System.Net.Sockets;
using System.Text;

namespace E2B.Core.Tests.Templates;

/// <summary>A copy of something odd.</summary>
/// <param name="Name">What is odd.</param>
/// <param name="Make">Fills the context.</param>
/// <param name="Sources">Sources that are copied from it, each a case.</param>
internal sealed record OddTree(string Name, Action<ContextFolder> Make, params string[] Sources)
{
    public bool Resolve { get; init; }

    public string[] Ignore { get; init; } = [];

    /// <summary>Another place than the folder for temporary files, for another file system.</summary>
    public string? Parent { get; init; }
}

internal static class OddTrees
{
    public static IReadOnlyList<OddTree> All { get; } =
    [
        new("a file", at => at.Files("a.txt", "b.txt"), "a.txt"),
        new("nested directories", at => at.Files("src/a", "src/x/b", "src/x/y/c", "other"), "src", ".", "src/x"),
        new("modes", at => at.File("bin/run", "x", 0b111_101_101).File("bin/key", "x", 0b110_000_000).File("bin/sticky", "x", 0b100_111_101_101)
            .File("bin/none", "x", 0).Folder("bin/tmp", 0b001_111_111_111), "bin", "bin/*"),
        new("empty directories", at => at.Folder("a").Folder("b/c/d").Files("e"), "a", "b", ".", "*"),
        new("names in other scripts", at => at.Files("caf\u00e9", "cafe\u0301", "日本/語", "🙂/🙃.txt", "Ελλάδα"), ".", "日本", "🙂/*.txt", "caf*", "🙂/?.txt", "🙂/??.txt"),
        new("spaces and signs in names", at => at.Files(" a b ", "q\"uote", "t\tab", "new\nline", "-dash", "#hash", "!bang", "~tilde", "(round)", "a,b", "do$lar", "%41"),
            ".", "* *", "-dash", "#hash", "!bang", "a,b", "new*"),
        new("backslashes and brackets in names", at => at.Files(@"back\slash", "[slug]/page", "a[1].txt", "{b}", "plain/[x]/[y]"), ".", @"back\\slash", @"\[slug\]/*", "a[[]1].txt", "plain"),
        new("names that begin with dots", at => at.Files(".env", ".config/.x/y", "..two", "...", "a/.b"), ".", "*", ".*", "**/.*", ".config", "..two"),
        new("a large file", at => at.File("big", new string('z', (5 << 20) + 3)), "big"),
        new("an empty file", at => at.File("empty", ""), "empty", "."),
        new("links to files", at => at.Files("a").Link("good", "a").Link("broken", "nowhere/at/all").Link("far", "/etc/hostname"), ".", "good", "broken", "far"),
        new("links to directories", at => at.Files("src/real/x", "src/real/deep/y").Link("src/link", "real").Link("src/real/deep/back", ".."),
            "src", ".", "src/link", "src/link/*", "src/link/**", "src/*/x", "src/**/x", "**/y", "./**/x", "src/**", "**"),
        new("links to files, followed", at => at.Files("d/a").File("d/b", "longer content", 0b110_000_000).Link("d/one", "a").Link("d/two", "one").Link("top", "d/b"), "d", ".", "top", "d/o*") { Resolve = true },
        new("links to directories, followed", at => at.Files("src/real/x").Folder("src/hollow").Link("src/link", "real").Link("src/void", "hollow").Link("up", "src"), "src", ".", "src/link", "up/real") { Resolve = true },
        new("wildcards", at => at.Files("a.txt", "b.txt", "c.md", "d/e.txt", "d/f/g.txt", "txt"), "*.txt", "**/*.txt", "d/**/*.txt", "d/**", "?.txt", "*/*.txt", "**/f", "*.*", "d/*"),
        new("braces", at => at.Files("a/1.js", "a/2.ts", "b/3.js", "c/4.js", "x1", "x2", "x3", "x03", "{q}", "p,q"), "{a,b}/*.{js,ts}", "x{1..2}", "{a,{b,c}}/*", "x{01..03}", "{a..c}/*.js", "\\{q\\}", "{q}"),
        new("classes of letters", at => at.Files("a1", "b2", "c3", "D4", "-5", "]6", "é7", "_8"), "[a-c]?", "[!a-c]*", "[^ab]*", "[[:alpha:]]*", "[[:upper:]_]*", "[]a]*", "[a-]*", "[[:digit:][:punct:]]*", "[z-a]*|a1", "[é]*"),
        new("groups", at => at.Files("a.js", "a.test.js", "b.js", "b.ts", "ab", "abab", "c.js.map"), "!(*.test).js", "@(a|b).js", "*(ab)", "+(ab)", "?(a)b*", "!(a|b).*", "@(a|b).@(js|ts)", "!(*.js|*.ts)"),
        new("what is listed more than once", at => at.Files("a/b/c", "a/d", "c"), "{a,a/b}", "{a,./a,a/}", "{**/c,a/b/c,c}", "{.,a}"),
        new("ways to write a path", at => at.Files("d/e/f", "d/g"), "d/", "./d", "d/.", "d//e", "d/e/../g", "./d/./e/", "./", "d/../d/e"),
        new("an ignore file", at => at.Files("a.log", "x/b.log", "keep", "x/keep", "t.tmp", "x/t.tmp").File(".dockerignore", "\uFEFF# comment\n\n**/*.log\n  *.tmp  \r\n"), ".", "x", "*", "**"),
        new("patterns to ignore", at => at.Files("a.log", "x/b.log", "keep", "x/y/z"), ".", "x") { Ignore = ["**/*.log", "x/y/z"] },
        new("a directory of many files", at => at.Files([.. Enumerable.Range(0, 400).Select(i => $"many/a-rather-long-name-of-a-file-number-{i}")]), "many", "."),
        new("names that sort in different ways", at => at.Files("a", "a-b", "a.txt", "B", "a b", "A/x", "ab/c", "aB", "\uFF5Ea", "😀", "é", "z", "_"), ".", "*"),
        new("pipes and sockets", at =>
        {
            at.Files("a").Pipe("pipe");
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(at.At("s")));
            Assert.True(File.Exists(at.At("s")));
        }, "."),
        new("a file system without sizes of directories like others", at => at.Files("a/b/c", "a/d").Folder("e"), ".", "a") { Parent = "/dev/shm" },
        new("long paths", at => at.Files(string.Join('/', Enumerable.Repeat(new string('n', 60), 6)) + "/" + new StringBuilder().Insert(0, "é", 100)), "."),
    ];
}
