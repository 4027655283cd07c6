using E2B.Templates.Context;

namespace E2B.Core.Tests.Templates;

/// <summary>The hashes are those that the official client computes for the same directories.</summary>
public sealed class ContextHashTests(ContextHashTests.Judged judged) : IClassFixture<ContextHashTests.Judged>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (OddTree tree in OddTrees.All)
            {
                foreach (string source in tree.Sources)
                {
                    cases.Add(tree.Name, source);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_hash_is_that_of_the_official_client(string tree, string source)
    {
        (string folder, OddTree odd, Answer official) = judged.Of(tree, source);
        var context = new TemplateContext(folder, new ContextOptions { IgnorePatterns = odd.Ignore });

        if (official.Error is { } error)
        {
            // It says so of nothing found only; else the case is a bad one.
            Assert.StartsWith("No files found", error, StringComparison.Ordinal);
            Assert.Equal(TemplateContextError.NotFound, Assert.Throws<TemplateContextException>(() => context.Select(source, odd.Resolve)).Error);
            return;
        }

        string hash = await ContextHash.ComputeAsync(context.Select(source, odd.Resolve), "/app", Token);

        Assert.Equal(official.Hash, hash);
    }

    [Fact]
    public void Twenty_trees_and_more_are_compared() => Assert.True(OddTrees.All.Count >= 20);

    /// <summary>What the official client answered.</summary>
    public sealed record Answer(string? Hash, string? Error);

    /// <summary>All trees, with the official client's answers: it is started once.</summary>
    public sealed class Judged : IAsyncLifetime
    {
        private readonly Dictionary<string, ContextFolder> _folders = [];
        private readonly Dictionary<(string Tree, string Source), Answer> _answers = [];

        public async ValueTask InitializeAsync()
        {
            var questions = new List<object>();
            var keys = new List<(string, string)>();
            foreach (OddTree tree in OddTrees.All)
            {
                var folder = new ContextFolder(tree.Parent);
                _folders.Add(tree.Name, folder);
                tree.Make(folder);
                foreach (string source in tree.Sources)
                {
                    keys.Add((tree.Name, source));
                    questions.Add(new { Context = folder.Path, tree.Ignore, Source = source, Destination = "/app", tree.Resolve });
                }
            }

            Answer[] answers = await OfficialClient.AskAsync<Answer[]>("context-hashes.mjs", questions, CancellationToken.None);
            foreach (((string, string) key, Answer answer) in keys.Zip(answers))
            {
                _answers.Add(key, answer);
            }
        }

        public ValueTask DisposeAsync()
        {
            foreach (ContextFolder folder in _folders.Values)
            {
                folder.Dispose();
            }

            return ValueTask.CompletedTask;
        }

        internal (string Folder, OddTree Tree, Answer Official) Of(string tree, string source) =>
            (_folders[tree].Path, OddTrees.All.Single(odd => odd.Name == tree), _answers[(tree, source)]);
    }
}
