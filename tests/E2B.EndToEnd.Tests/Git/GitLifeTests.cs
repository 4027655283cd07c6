namespace E2B.EndToEnd.Tests.Git;

public class GitLifeTests(LocalServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repository_lives_from_its_making_to_a_pull_by_somebody_else()
    {
        await using GitSandbox one = await GitSandbox.CreateAsync(server);
        await using GitSandbox two = await GitSandbox.CreateAsync(server);
        GitSandbox.MakeRemote(server, "life.git");
        string url = server.UrlOf("life.git");
        GitClient git = one.Git;

        await git.InitAsync("work", new GitInitOptions { InitialBranch = "trunk" }, Token);
        GitStatus status = await git.StatusAsync("work", cancellationToken: Token);
        Assert.Equal(("trunk", null, true), (status.Branch, status.Commit, status.IsClean));
        Assert.Empty(await git.LogAsync("work", cancellationToken: Token));
        Assert.Null((await git.BranchesAsync("work", cancellationToken: Token)).Current);

        await one.WriteAsync("work/a.txt", "one\n");
        status = await git.StatusAsync("work", cancellationToken: Token);
        Assert.Equal(["a.txt"], status.Untracked.Select(f => f.Name));
        await git.AddAsync("work", cancellationToken: Token);
        Assert.Equal([("a.txt", GitFileState.Added)], (await git.StatusAsync("work", cancellationToken: Token)).Staged.Select(f => (f.Name, f.Status)));
        await git.CommitAsync("work", "Begin\n\nwith a body", new GitCommitOptions { AuthorName = "Bob", AuthorEmail = "bob@example.com" }, Token);
        GitLogEntry commit = Assert.Single(await git.LogAsync("work", cancellationToken: Token));
        Assert.Equal(("Begin", "with a body", "Bob", "bob@example.com", "Bob"), (commit.Subject, commit.Body, commit.AuthorName, commit.AuthorEmail, commit.CommitterName));
        Assert.Contains("refs/heads/trunk", commit.References);

        Assert.Null(await git.RemoteGetAsync("work", "origin", cancellationToken: Token));
        await git.RemoteAddAsync("work", "origin", "http://nowhere.invalid/x.git", cancellationToken: Token);
        await Assert.ThrowsAsync<GitExistsException>(() => git.RemoteAddAsync("work", "origin", url, cancellationToken: Token));
        await git.RemoteAddAsync("work", "origin", url, new GitRemoteAddOptions { Overwrite = true, Fetch = true, Credential = server.GitUser }, Token);
        Assert.Equal(url, await git.RemoteGetAsync("work", "origin", cancellationToken: Token));

        await Assert.ThrowsAsync<GitUpstreamException>(() => git.PushAsync("work", cancellationToken: Token));
        await git.PushAsync("work", new GitPushOptions { Remote = "origin", Branch = "trunk", Credential = server.GitUser }, Token);
        status = await git.StatusAsync("work", cancellationToken: Token);
        Assert.Equal(("origin/trunk", 0, 0), (status.Upstream, status.Ahead, status.Behind));

        await two.Git.CloneAsync(url, new GitCloneOptions { Branch = "trunk", Depth = 1, Credential = server.GitUser }, Token);
        Assert.Equal("one\n", await two.Sandbox.Files.ReadTextAsync("life/a.txt", cancellationToken: Token));

        await git.CreateBranchAsync("work", "feature", cancellationToken: Token);
        await one.WriteAsync("work/a.txt", "one\ntwo\n");
        GitDiffEntry diff = Assert.Single(await git.DiffAsync("work", cancellationToken: Token));
        Assert.Equal(("a.txt", GitFileState.Modified, 1, 0), (diff.Name, diff.Status, diff.Additions, diff.Deletions));
        Assert.Contains("+two", await git.DiffPatchAsync("work", cancellationToken: Token));
        await git.StashAsync("work", new GitStashOptions { Message = "for later" }, Token);
        Assert.True((await git.StatusAsync("work", cancellationToken: Token)).IsClean);
        Assert.Equal("On feature: for later", Assert.Single(await git.StashesAsync("work", cancellationToken: Token)).Message);
        await git.RestoreStashAsync("work", cancellationToken: Token);
        Assert.Empty(await git.StashesAsync("work", cancellationToken: Token));

        await git.AddAsync("work", new GitAddOptions { Files = ["a.txt"] }, Token);
        await git.RestoreAsync("work", ["a.txt"], new GitRestoreOptions { Staged = true }, Token);
        Assert.Equal(["a.txt"], (await git.StatusAsync("work", cancellationToken: Token)).Unstaged.Select(f => f.Name));
        await git.AddAsync("work", cancellationToken: Token);
        await git.CommitAsync("work", "More", cancellationToken: Token);
        await git.CheckoutBranchAsync("work", "trunk", cancellationToken: Token);
        await Assert.ThrowsAnyAsync<GitException>(() => git.DeleteBranchAsync("work", "feature", cancellationToken: Token));
        GitBranches branches = await git.BranchesAsync("work", cancellationToken: Token);
        Assert.Equal("trunk", branches.Current);
        Assert.Equal([("feature", null), ("trunk", "origin/trunk")], branches.All.Select(b => (b.Name, b.Upstream)));
        await git.ResetAsync("work", new GitResetOptions { Mode = GitResetMode.Hard, Target = "feature" }, Token);
        Assert.Equal(1, (await git.StatusAsync("work", cancellationToken: Token)).Ahead);
        await git.DeleteBranchAsync("work", "feature", new GitDeleteBranchOptions { Force = true }, Token);
        await git.CreateTagAsync("work", "v1", new GitTagOptions { Message = "One\n\nand only" }, Token);
        GitTag tag = Assert.Single(await git.TagsAsync("work", cancellationToken: Token));
        Assert.Equal(("v1", true, "One", (await git.StatusAsync("work", cancellationToken: Token)).Commit), (tag.Name, tag.IsAnnotated, tag.Subject, tag.Commit));
        await git.DeleteTagAsync("work", "v1", cancellationToken: Token);
        await Assert.ThrowsAsync<GitNotFoundException>(() => git.DeleteTagAsync("work", "v1", cancellationToken: Token));

        await git.PushAsync("work", new GitPushOptions { Credential = server.GitUser }, Token);
        await two.Git.FetchAsync("life", new GitFetchOptions { Credential = server.GitUser }, Token);
        Assert.Equal(1, (await two.Git.StatusAsync("life", cancellationToken: Token)).Behind);
        await two.Git.PullAsync("life", new GitPullOptions { Credential = server.GitUser }, Token);
        Assert.Equal("one\ntwo\n", await two.Sandbox.Files.ReadTextAsync("life/a.txt", cancellationToken: Token));
        Assert.True((await two.Git.StatusAsync("life", cancellationToken: Token)) is { Behind: 0, IsClean: true });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_cloned_empty_is_pulled_when_somebody_has_pushed(bool withRemote)
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string name = $"empty-{withRemote}.git";
        GitSandbox.MakeRemote(server, name);
        await box.Git.CloneAsync(server.UrlOf(name), new GitCloneOptions { Path = "copy", Credential = server.GitUser }, Token);
        string path = await box.RepositoryAsync("r", "a.txt");
        await box.Git.PushAsync(path, new GitPushOptions { Remote = server.UrlOf(name), Branch = "main", Credential = server.GitUser }, Token);

        await box.Git.PullAsync("copy", new GitPullOptions { Remote = withRemote ? "origin" : null, Credential = server.GitUser }, Token);

        Assert.Equal("first", Assert.Single(await box.Git.LogAsync("copy", cancellationToken: Token)).Subject);
    }

    [Fact]
    public async Task Settings_are_kept_where_they_are_put()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string path = await box.RepositoryAsync("r");
        var local = new GitConfigOptions { Scope = GitConfigScope.Local, Path = path };

        await box.Git.SetConfigAsync("e2b.odd", "-x 'y' \"z\"\nline", local, Token);
        await box.Git.SetConfigAsync("e2b.all", "1", new GitConfigOptions { Scope = GitConfigScope.System, User = "root" }, Token);

        Assert.Equal("-x 'y' \"z\"\nline", await box.Git.GetConfigAsync("e2b.odd", local, Token));
        Assert.Null(await box.Git.GetConfigAsync("e2b.odd", cancellationToken: Token));
        Assert.Equal("1", await box.Git.GetConfigAsync("e2b.all", new GitConfigOptions { Scope = GitConfigScope.System }, Token));
        Assert.Equal("Ann Example", await box.Git.GetConfigAsync("user.name", cancellationToken: Token));
        Assert.Null(await box.Git.GetConfigAsync("user.name", local, Token));
        await Assert.ThrowsAsync<E2BInvalidArgumentException>(() => box.Git.GetConfigAsync("user.name", new GitConfigOptions { Scope = GitConfigScope.Local }, Token));
    }

    [Fact]
    public async Task A_checked_out_tag_is_a_detached_head()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string path = await box.RepositoryAsync("r", "a.txt");
        await box.Git.CreateTagAsync(path, "v1", cancellationToken: Token);

        await box.Git.CheckoutBranchAsync(path, "v1", cancellationToken: Token);

        GitStatus status = await box.Git.StatusAsync(path, cancellationToken: Token);
        Assert.Equal((true, null), (status.IsDetached, status.Branch));
        GitBranches branches = await box.Git.BranchesAsync(path, cancellationToken: Token);
        Assert.Equal((null, "main"), (branches.Current, Assert.Single(branches.All).Name));
    }

    [Fact]
    public async Task A_conflict_is_an_error_and_shows_in_the_status()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string path = await box.RepositoryAsync("r", "a b.txt");
        await box.ShellAsync("git clone -q r other && cd other && echo theirs > 'a b.txt' && git commit -qam theirs && cd ../r && echo ours > 'a b.txt' && git commit -qam ours && git config pull.rebase false");

        GitConflictException error = await Assert.ThrowsAsync<GitConflictException>(
            () => box.Git.PullAsync(path, new GitPullOptions { Remote = "../other", Branch = "main" }, Token));

        Assert.Contains("CONFLICT", error.GitMessage);
        GitFileStatus file = Assert.Single((await box.Git.StatusAsync(path, cancellationToken: Token)).Conflicted);
        Assert.Equal(("a b.txt", 'U', 'U', GitFileState.Conflicted), (file.Name, file.IndexStatus, file.WorkTreeStatus, file.Status));
        Assert.Equal(GitFileState.Conflicted, Assert.Single(await box.Git.DiffAsync(path, cancellationToken: Token)).Status);
    }

    [Fact]
    public async Task Progress_is_told_and_no_part_of_the_message()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        GitSandbox.MakeRemote(server, "public/progress.git");
        await box.ShellAsync($"git init -q big && cd big && for i in $(seq 300); do head -c 2000 /dev/urandom > f$i; done && git add . && git commit -qm x && git push -q {server.UrlOf("public/progress.git")} main");
        var told = new List<GitProgress>();

        CommandResult result = await box.Git.CloneAsync(server.UrlOf("public/progress.git"), new GitCloneOptions { Progress = new Collector(told) }, Token);

        Assert.Contains(told, p => p.Phase == "Receiving objects" && p.Total > 300 && p.Percent == 100);
        Assert.DoesNotContain("Receiving", result.StandardError);
        Assert.Contains("Cloning into 'progress'", result.StandardError);
    }

    private sealed class Collector(List<GitProgress> told) : IProgress<GitProgress>
    {
        public void Report(GitProgress value) => told.Add(value);
    }
}
