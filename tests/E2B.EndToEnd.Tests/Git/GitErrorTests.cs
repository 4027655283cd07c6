namespace E2B.EndToEnd.Tests.Git;

/// <summary>Each kind of failure, as git really says it.</summary>
public class GitErrorTests(LocalServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_kind_of_failure_has_its_exception()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        GitClient git = box.Git;
        GitSandbox.MakeRemote(server, "errors.git");
        GitSandbox.MakeRemote(server, "public/errors.git");
        string path = await box.RepositoryAsync("r", "a.txt");
        await git.RemoteAddAsync(path, "origin", server.UrlOf("public/errors.git"), cancellationToken: Token);

        await ThrowsAsync<GitAuthenticationException>("could not read Username", () => git.CloneAsync(server.UrlOf("errors.git"), cancellationToken: Token));
        await ThrowsAsync<GitAuthenticationException>(
            "Authentication failed", () => git.CloneAsync(server.UrlOf("errors.git"), new GitCloneOptions { Credential = new GitCredential("x", "wrong") }, Token));
        await ThrowsAsync<GitNotFoundException>("not found", () => git.CloneAsync(server.UrlOf("public/none.git"), cancellationToken: Token));
        await ThrowsAsync<GitNotFoundException>("Remote branch none not found", () => git.CloneAsync(server.UrlOf("public/errors.git"), new GitCloneOptions { Branch = "none" }, Token));
        await ThrowsAsync<GitUnreachableException>("Could not resolve host", () => git.CloneAsync("http://nowhere.invalid/x.git", cancellationToken: Token));
        await ThrowsAsync<GitUnreachableException>("unable to access", () => git.CloneAsync("http://127.0.0.1:9/x.git", cancellationToken: Token));
        await ThrowsAsync<GitRepositoryException>("not a git repository", () => git.StatusAsync("/tmp", cancellationToken: Token));
        await ThrowsAsync<GitRepositoryException>("cannot change to", () => git.StatusAsync("none", cancellationToken: Token));
        await ThrowsAsync<GitUpstreamException>("no upstream branch", () => git.PushAsync(path, cancellationToken: Token));
        await ThrowsAsync<GitUpstreamException>("no upstream", () => git.PullAsync(path, cancellationToken: Token));
        await git.InitAsync("fresh", cancellationToken: Token);
        await ThrowsAsync<GitUpstreamException>("no such branch", () => git.PullAsync("fresh", cancellationToken: Token));
        await box.ShellAsync("git clone -q r detached && git -C detached checkout -q --detach");
        await ThrowsAsync<GitUpstreamException>("does not point to a branch", () => git.PullAsync("detached", cancellationToken: Token));
        await ThrowsAsync<GitUpstreamException>("not currently on a branch", () => git.PushAsync("detached", cancellationToken: Token));
        await ThrowsAsync<GitNotFoundException>("none", () => git.CheckoutBranchAsync(path, "none", cancellationToken: Token));
        await ThrowsAsync<GitNotFoundException>("not found", () => git.DeleteBranchAsync(path, "none", cancellationToken: Token));
        await ThrowsAsync<GitNotFoundException>("none", () => git.ResetAsync(path, new GitResetOptions { Target = "none" }, Token));
        await ThrowsAsync<GitNotFoundException>("none", () => git.LogAsync(path, new GitLogOptions { Target = "none" }, Token));
        await ThrowsAsync<GitNotFoundException>("none", () => git.DiffAsync(path, new GitDiffOptions { Target = "none" }, Token));
        await ThrowsAsync<GitNotFoundException>("did not match any", () => git.AddAsync(path, new GitAddOptions { Files = ["none"] }, Token));
        await ThrowsAsync<GitNotFoundException>("did not match any", () => git.RestoreAsync(path, ["none"], cancellationToken: Token));
        await ThrowsAsync<GitNotFoundException>("does not match any", () => git.PushAsync(path, new GitPushOptions { Remote = "origin", Branch = "none" }, Token));
        await ThrowsAsync<GitNotFoundException>("couldn't find remote ref", () => git.PullAsync(path, new GitPullOptions { Remote = "origin", Branch = "none" }, Token));
        await ThrowsAsync<GitNotFoundException>("does not appear to be a git repository", () => git.FetchAsync(path, new GitFetchOptions { Remote = "none" }, Token));
        await ThrowsAsync<GitNotFoundException>("stash", () => git.RestoreStashAsync(path, cancellationToken: Token));
        await ThrowsAsync<GitExistsException>("already exists", () => git.CreateBranchAsync(path, "main", cancellationToken: Token));
        await ThrowsAsync<GitExistsException>("already exists", () => git.CloneAsync(server.UrlOf("public/errors.git"), new GitCloneOptions { Path = "r" }, Token));
        await ThrowsAsync<GitException>("nothing to commit", () => git.CommitAsync(path, "x", cancellationToken: Token));

        await box.ShellAsync($"git clone -q {server.UrlOf("public/errors.git")} other 2>/dev/null; cd other && git commit -q --allow-empty -m theirs && git push -q origin HEAD:main");
        await ThrowsAsync<GitDivergedException>("rejected", () => git.PushAsync(path, new GitPushOptions { Remote = "origin", Branch = "main" }, Token));
        await ThrowsAsync<GitDivergedException>("divergent", () => git.PullAsync(path, new GitPullOptions { Remote = "origin", Branch = "main" }, Token));

        await git.RunAsync(["checkout", "-q", "-b", "x"], path, cancellationToken: Token);
        await box.WriteAsync("r/a.txt", "x\n");
        await git.AddAsync(path, cancellationToken: Token);
        await git.CommitAsync(path, "x", cancellationToken: Token);
        await box.WriteAsync("r/a.txt", "y\n");
        await ThrowsAsync<GitConflictException>("would be overwritten", () => git.CheckoutBranchAsync(path, "main", cancellationToken: Token));

        await box.ShellAsync("git config --global --unset-all user.name; git config --global --unset-all user.email; git config --global user.useConfigOnly true");
        await ThrowsAsync<GitIdentityException>("tell me who you are", () => git.CommitAsync(path, "x", new GitCommitOptions { AllowEmpty = true }, Token));
        await ThrowsAsync<GitNotInstalledException>("", () => git.StatusAsync(path, new GitStatusOptions { Environment = new Dictionary<string, string> { ["PATH"] = "/none" } }, Token));
    }

    [Fact]
    public async Task A_password_in_settings_of_others_is_in_no_error_and_no_answer()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string path = await box.RepositoryAsync("r");
        await box.ShellAsync("git -C r remote add origin http://me:s3cr3t@127.0.0.1:9/x.git");

        GitUnreachableException error = await Assert.ThrowsAsync<GitUnreachableException>(() => box.Git.FetchAsync(path, cancellationToken: Token));

        Assert.DoesNotContain("s3cr3t", error.ToString() + error.GitMessage + error.Result.StandardError);
        Assert.Equal("http://me@127.0.0.1:9/x.git", await box.Git.RemoteGetAsync(path, "origin", cancellationToken: Token));
    }

    private static async Task ThrowsAsync<T>(string said, Func<Task> call)
        where T : GitException
    {
        GitException error = await Assert.ThrowsAnyAsync<GitException>(call);
        Assert.True(error.GetType() == typeof(T), $"{typeof(T).Name} expected, not: {error}");
        Assert.Contains(said, error.GitMessage);
        Assert.Contains(error is GitNotInstalledException ? "no git" : error.GitMessage.Split('\n')[0], error.Message);
        Assert.NotNull(error.SandboxId);
    }
}
