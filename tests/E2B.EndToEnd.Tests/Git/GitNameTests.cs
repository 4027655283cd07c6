namespace E2B.EndToEnd.Tests.Git;

/// <summary>Names that would break a parser, a shell, or be taken for an option.</summary>
public class GitNameTests(LocalServer server)
{
    public static TheoryData<string> Names =>
    [
        "plain", "two words", " begins and ends ", "-n", "--help", "a\nb", "a\tb", "it's", "\"quoted\"", "back\\slash", "ünïcödé-日本", "a -> b", "$(id)", "`id`",
        ":colon", "[ab]", "star*", "#hash", "!bang", "semi;colon", "u UU N... x",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_names_of_files_come_as_they_are_through_all_that_lists_them()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string[] names = [.. Names.Select(row => row.Data)];
        await box.Git.InitAsync("r", cancellationToken: Token);
        await box.Sandbox.Files.WriteManyAsync(names.Select(name => new SandboxFileContent($"r/{name}", "1\n"u8.ToArray())), cancellationToken: Token);

        Assert.Equal(names.Order(StringComparer.Ordinal), (await box.Git.StatusAsync("r", cancellationToken: Token)).Untracked.Select(f => f.Name).Order(StringComparer.Ordinal));
        await box.Git.AddAsync("r", new GitAddOptions { Files = names, LiteralFiles = true }, Token);
        await box.Git.CommitAsync("r", "all", cancellationToken: Token);
        Assert.True((await box.Git.StatusAsync("r", cancellationToken: Token)).IsClean);

        foreach (string name in names)
        {
            // Renamed, with a little more in it, and another change on top that is not staged.
            CommandResult moved = await box.Git.RunAsync(["mv", "--", name, name + " new"], "r", new GitOptions { Environment = new Dictionary<string, string> { ["GIT_LITERAL_PATHSPECS"] = "1" } }, Token);
            Assert.True(moved.Succeeded, moved.StandardError);
        }

        GitStatus renamed = await box.Git.StatusAsync("r", cancellationToken: Token);
        Assert.Equal(names.Length, renamed.Renamed.Count);
        Assert.Equal(names.Select(n => n + " new").Order(StringComparer.Ordinal), renamed.Renamed.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal(names.Order(StringComparer.Ordinal), renamed.Renamed.Select(f => f.OldName!).Order(StringComparer.Ordinal));
        IReadOnlyList<GitDiffEntry> diff = await box.Git.DiffAsync("r", new GitDiffOptions { Staged = true }, Token);
        Assert.Equal(renamed.Files.Select(f => f.Name).Order(StringComparer.Ordinal), diff.Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task One_file_alone_is_staged_and_restored(string name)
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string path = await box.RepositoryAsync("r", name, "other");
        await box.WriteAsync($"r/{name}", "changed\n");
        await box.WriteAsync("r/other", "changed\n");

        await box.Git.AddAsync(path, new GitAddOptions { Files = [name], LiteralFiles = true }, Token);
        Assert.Equal([name], (await box.Git.StatusAsync(path, cancellationToken: Token)).Staged.Select(f => f.Name));
        await box.Git.ResetAsync(path, new GitResetOptions { Files = [name], LiteralFiles = true }, Token);
        Assert.Empty((await box.Git.StatusAsync(path, cancellationToken: Token)).Staged);
        await box.Git.RestoreAsync(path, [name], new GitRestoreOptions { LiteralFiles = true }, Token);
        Assert.Equal(["other"], (await box.Git.StatusAsync(path, cancellationToken: Token)).Files.Select(f => f.Name));
    }

    [Theory]
    [InlineData("-r")]
    [InlineData("two words")]
    [InlineData("it's \"a\" $(id) ;")]
    [InlineData("ünïcödé")]
    public async Task A_repository_and_a_message_can_be_called_anything(string name)
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        await box.Git.InitAsync("origin.git", new GitInitOptions { Bare = true }, Token);

        await box.Git.CloneAsync("origin.git", new GitCloneOptions { Path = name }, Token);
        await box.Git.CommitAsync(name, name, new GitCommitOptions { AllowEmpty = true, AuthorName = name + "." }, Token);

        GitLogEntry entry = Assert.Single(await box.Git.LogAsync(name, cancellationToken: Token));

        // Git itself takes points, commas and the like from the end of a name.
        Assert.Equal((name, name.TrimEnd(';', ' ')), (entry.Subject, entry.AuthorName));
        Assert.Equal(name, (await box.Git.StatusAsync(name, cancellationToken: Token)).Repository);
    }

    [Fact]
    public async Task What_begins_with_a_hyphen_never_becomes_an_option()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string path = await box.RepositoryAsync("r", "a");
        GitClient git = box.Git;

        foreach (Func<Task> call in new Func<Task>[]
        {
            () => git.CreateBranchAsync(path, "--orphan", cancellationToken: Token),
            () => git.CheckoutBranchAsync(path, "-f", cancellationToken: Token),
            () => git.DeleteBranchAsync(path, "--all", cancellationToken: Token),
            () => git.ResetAsync(path, new GitResetOptions { Target = "--hard" }, Token),
            () => git.RestoreAsync(path, ["a"], new GitRestoreOptions { Source = "--staged" }, Token),
            () => git.PushAsync(path, new GitPushOptions { Remote = "--mirror" }, Token),
            () => git.PullAsync(path, new GitPullOptions { Remote = "--upload-pack=x" }, Token),
            () => git.FetchAsync(path, new GitFetchOptions { Remote = "--upload-pack=x" }, Token),
            () => git.LogAsync(path, new GitLogOptions { Target = "--output=x" }, Token),
            () => git.DiffAsync(path, new GitDiffOptions { Target = "--output=x" }, Token),
            () => git.CreateTagAsync(path, "--delete", cancellationToken: Token),
            () => git.RemoteAddAsync(path, "--tags", "x", cancellationToken: Token),
            () => git.SetConfigAsync("--unset-all", "user.name", cancellationToken: Token),
        })
        {
            await Assert.ThrowsAsync<E2BInvalidArgumentException>(call);
        }

        // An address and a file are taken as such, and are not there.
        await Assert.ThrowsAsync<GitNotFoundException>(() => git.CloneAsync("--upload-pack=touch x", new GitCloneOptions { Path = "c" }, Token));
        await Assert.ThrowsAsync<GitNotFoundException>(() => git.AddAsync(path, new GitAddOptions { Files = ["--all"] }, Token));
        Assert.Equal("main\na\n", await box.ShellAsync("cd r; git branch --format='%(refname:short)'; ls"));
    }
}
