using E2B.Templates.Context;

namespace E2B.Core.Tests.Templates;

/// <summary>Random trees with links in them, and random patterns: who writes cases by hand forgets some.</summary>
public sealed class RandomTreeTests
{
    private const int Trees = 12;
    private const int PatternsOfEach = 50;

    private static readonly string[] _names = ["a", "b", "ab", ".c", "d1", "aa.b", "B", "a b"];

    private static readonly string[] _parts =
    [
        "a", "b", "ab", ".c", "d1", "*", "**", "?", "a*", "*b", "[ab]", "!(a)", "@(a|b)", "{a,b}", "+(a)", "*.b", ".*", "??", "[!a]*", "*(a|b)", "?(a)b",
        "!(a|b)*", "a?(b)", "{a,b*}", "l", "m", ".", "*a*", "!(*b)", "!(a*)b", "@(a|*b)", "[[:lower:]]", "!(@(a|b))", "a{b,.b}", "**a", "!(?)", "*(!(a))",
        "!(!(a))", "!(a|)", "!(a)!(b)", "@(!(a)|b)b", "{a..c}", "a{,b}",
    ];

    [Fact]
    public async Task Hashes_are_those_of_the_official_client()
    {
        var random = new Random(20261120);
        var folders = new List<ContextFolder>();
        try
        {
            var cases = new List<(ContextFolder Folder, string Source, bool Resolve)>();
            for (int tree = 0; tree < Trees; tree++)
            {
                ContextFolder folder = new();
                folders.Add(folder);
                Fill(folder, random);
                for (int i = 0; i < PatternsOfEach; i++)
                {
                    string source = string.Join('/', Enumerable.Range(0, random.Next(1, 5)).Select(_ => _parts[random.Next(_parts.Length)]));
                    cases.Add((folder, random.Next(8) == 0 ? source + "/" : source, random.Next(3) == 0));
                }
            }

            ContextHashTests.Answer[] answers = await OfficialClient.AskAsync<ContextHashTests.Answer[]>(
                "context-hashes.mjs",
                cases.Select(one => new { Context = one.Folder.Path, Ignore = Array.Empty<string>(), one.Source, Destination = "/app", one.Resolve }),
                TestContext.Current.CancellationToken);

            int found = 0;
            foreach (((ContextFolder folder, string source, bool resolve), ContextHashTests.Answer official) in cases.Zip(answers))
            {
                string? ours = await HashAsync(folder, source, resolve);
                if (official.Hash != ours)
                {
                    Assert.Fail($"'{source}', links {(resolve ? "followed" : "as they are")}, in {string.Join(", ", new TemplateContext(folder.Path).Select(".", false).Entries)}");
                }

                found += ours is null ? 0 : 1;
            }

            Assert.InRange(found, cases.Count / 5, cases.Count);
        }
        finally
        {
            folders.ForEach(static folder => folder.Dispose());
        }
    }

    private static async Task<string?> HashAsync(ContextFolder folder, string source, bool resolve)
    {
        try
        {
            return await ContextHash.ComputeAsync(new TemplateContext(folder.Path).Select(source, resolve), "/app", TestContext.Current.CancellationToken);
        }
        catch (TemplateContextException e) when (e.Error == TemplateContextError.NotFound)
        {
            return null;
        }
    }

    private static void Fill(ContextFolder folder, Random random)
    {
        List<string> directories = [""];
        for (int i = 0; i < 14; i++)
        {
            string path = ContextPaths.Join(directories[random.Next(directories.Count)], _names[random.Next(_names.Length)]);
            if (Path.Exists(folder.At(path)))
            {
                continue;
            }

            if (random.Next(2) == 0)
            {
                folder.Folder(path);
                directories.Add(path);
            }
            else
            {
                folder.File(path, path);
            }
        }

        foreach (string name in new[] { "l", "m", "ab" })
        {
            string parent = directories[random.Next(directories.Count)];
            string target = directories[random.Next(directories.Count)];
            if (!Path.Exists(folder.At(ContextPaths.Join(parent, name))))
            {
                folder.Link(ContextPaths.Join(parent, name), Path.GetRelativePath(folder.At(parent), folder.At(target)));
            }
        }
    }
}
