namespace E2B.EndToEnd.Tests.Git;

/// <summary>
/// What a credential leaves behind: nothing. A watcher in the sandbox looks at everything, as the same user, as another user
/// and as root, while git waits in the middle of its work, and afterwards.
/// </summary>
public class GitSecretTests(LocalServer server)
{
    /// <summary>
    /// Looks for $1 in all command lines, in those environments that this user can read, and in the directories $2...; writes
    /// each place.
    /// </summary>
    private const string Look = """
        s=$(cat /tmp/needle)
        n=0
        for p in /proc/[0-9]*; do
            n=$((n+1))
            tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -qF -- "$s" && echo "cmdline of $p"
            { tr '\0' ' ' <"$p/environ" | grep -qF -- "$s"; } 2>/dev/null && echo "environ of $p"
        done
        grep -rlF -- "$s" "$HOME" /home /root /tmp /dev/shm /var/tmp /etc /run 2>/dev/null | sort -u | grep -vFx /tmp/needle
        echo "looked at $n"
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("clone")]
    [InlineData("push")]
    [InlineData("refused")]
    [InlineData("cancelled")]
    [InlineData("timeout")]
    public async Task A_credential_is_found_nowhere(string how)
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string name = $"secret-{how}.git";
        GitSandbox.MakeRemote(server, name);
        await box.RepositoryAsync("seed", "a.txt");
        await box.Git.PushAsync("seed", new GitPushOptions { Remote = server.UrlOf(name), Branch = "main", Credential = server.GitUser }, Token);
        await box.Git.RemoteAddAsync("seed", "origin", server.UrlOf(name), cancellationToken: Token);
        await box.Git.CommitAsync("seed", "next", new GitCommitOptions { AllowEmpty = true }, Token);
        await HideNeedleAsync(box);

        // The server keeps git waiting when it has been let in.
        using var hold = new Hold(server.Git.HoldFile(name));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<CommandResult> work = how switch
        {
            "push" => box.Git.PushAsync("seed", new GitPushOptions { Remote = "origin", Branch = "main", Credential = server.GitUser, Timeout = TimeSpan.Zero }, cancel.Token),
            "refused" => box.Git.CloneAsync(
                server.UrlOf(name), new GitCloneOptions { Path = "copy", Credential = new GitCredential("tester", server.GitPassword + "x") }, cancel.Token),
            "timeout" => box.Git.CloneAsync(
                server.UrlOf(name), new GitCloneOptions { Path = "copy", Credential = server.GitUser, Timeout = TimeSpan.FromSeconds(15) }, cancel.Token),
            _ => box.Git.CloneAsync(server.UrlOf(name), new GitCloneOptions { Path = "copy", Credential = server.GitUser, Timeout = TimeSpan.Zero }, cancel.Token),
        };
        if (how != "refused")
        {
            await UntilAsync(async () => (await box.ShellAsync("ls /proc/[0-9]*/exe -l 2>/dev/null | grep -c git-remote-http || true")).Trim() != "0" || work.IsCompleted);
            foreach (string user in new[] { "user", "nobody" })
            {
                for (int i = 0; i < 3; i++)
                {
                    await AssertNothingAsync(box, user, atLeast: 4);
                }
            }

            Assert.False(work.IsCompleted, "git had to wait");
        }

        Exception? error;
        if (how == "cancelled")
        {
            await cancel.CancelAsync();
            error = await Record.ExceptionAsync(() => work);
            Assert.IsAssignableFrom<OperationCanceledException>(error);
        }
        else if (how == "timeout")
        {
            error = await Record.ExceptionAsync(() => work);
            Assert.Equal(E2BTimeoutKind.Command, Assert.IsType<E2BTimeoutException>(error).Kind);
        }
        else
        {
            hold.Dispose();
            error = await Record.ExceptionAsync(() => work);
            Assert.Equal(how == "refused" ? typeof(GitAuthenticationException) : null, error?.GetType());
        }

        if (how is "refused" or "cancelled")
        {
            Assert.Equal("gone\n", await box.ShellAsync("[ -e copy ] || echo gone"));
        }

        Assert.DoesNotContain(server.GitPassword, error?.ToString() ?? string.Empty);
        await UntilAsync(async () => (await box.ShellAsync("pgrep -c git || true")).Trim() == "0");
        foreach (string user in new[] { "user", "nobody", "root" })
        {
            await AssertNothingAsync(box, user, atLeast: 1);
        }

        // Nor is it in what anybody has open without a name.
        Assert.DoesNotContain("e2b-", await Find(box, "root", "ls -l /proc/[0-9]*/fd/ 2>/dev/null | grep e2b- ; ls -A /dev/shm"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_in_between_leaves_nothing_behind(bool comesBack)
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string name = $"secret-cut-{comesBack}.git";
        GitSandbox.MakeRemote(server, name);
        await box.RepositoryAsync("seed", "a.txt");
        await box.Git.PushAsync("seed", new GitPushOptions { Remote = server.UrlOf(name), Branch = "main", Credential = server.GitUser }, Token);
        await HideNeedleAsync(box);
        await using var proxy = new CuttingProxy(server.Client.Connection.ApiUrl);
        using var client = new E2BClient(server.Options with { ApiUrl = proxy.Url, SandboxUrl = proxy.Url });
        Sandbox sandbox = await client.Sandboxes.ConnectAsync(box.Sandbox.SandboxId, cancellationToken: Token);

        using var hold = new Hold(server.Git.HoldFile(name));
        Task<CommandResult> work = sandbox.Git.CloneAsync(
            server.UrlOf(name), new GitCloneOptions { Path = "copy", Credential = server.GitUser, Timeout = TimeSpan.Zero }, Token);
        await UntilAsync(async () => (await box.ShellAsync("ls /proc/[0-9]*/exe -l 2>/dev/null | grep -c git-remote-http || true")).Trim() != "0" || work.IsCompleted);
        Assert.False(work.IsCompleted, "git had to wait");

        Assert.True(proxy.Cut(comesBack) > 0, "there was a connection to cut");
        Exception? error = null;
        if (!comesBack)
        {
            error = await Record.ExceptionAsync(() => work);
            Assert.IsAssignableFrom<E2BException>(error);
        }

        // Nobody told git: it goes on, and takes the credential with it when it has ended.
        await AssertNothingAsync(box, "user", atLeast: 4);
        await AssertNothingAsync(box, "nobody", atLeast: 4);
        hold.Dispose();
        if (comesBack)
        {
            Assert.True((await work).ReattachCount > 0);
        }

        await UntilAsync(async () => (await box.ShellAsync("pgrep -c git || true")).Trim() == "0");
        Assert.Equal("one\ntwo\nthree\n", await box.ShellAsync("cat copy/a.txt"));
        Assert.DoesNotContain(server.GitPassword, error?.ToString() ?? string.Empty);
        foreach (string user in new[] { "user", "nobody", "root" })
        {
            await AssertNothingAsync(box, user, atLeast: 1);
        }

        Assert.DoesNotContain("e2b-", await Find(box, "root", "ls -l /proc/[0-9]*/fd/ 2>/dev/null | grep e2b- ; ls -A /dev/shm"));
    }

    [Fact]
    public async Task A_variable_of_the_callers_does_not_carry_it_to_other_programs()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        GitSandbox.MakeRemote(server, "names.git");
        await box.ShellAsync("mkdir bin; printf '%s\\n' '#!/bin/sh' 'env >>~/seen; exec /bin/rm \"$@\"' >bin/rm; chmod +x bin/rm");
        var environment = new Dictionary<string, string> { ["PATH"] = "/home/user/bin:/usr/local/bin:/usr/bin:/bin", ["user"] = "theirs", ["password"] = "theirs" };

        await box.Git.CloneAsync(server.UrlOf("names.git"), new GitCloneOptions { Credential = server.GitUser, Environment = environment }, Token);

        string seen = await box.ShellAsync("cat seen");
        Assert.Contains("PATH=/home/user/bin:", seen);
        Assert.DoesNotContain(server.GitPassword, seen);
    }

    [Theory]
    [InlineData("a command line", "bash -c 'exec -a \"x $(cat /tmp/needle)\" sleep 300' & echo", "cmdline of")]
    [InlineData("an environment", "X=$(cat /tmp/needle) sleep 300 & echo", "environ of")]
    [InlineData("a repository's settings", "git init -q r && git -C r remote add origin https://x:$(cat /tmp/needle)@h/", "/home/user/r/.git/config")]
    [InlineData("the home", "cp /tmp/needle ~/.git-credentials", "/home/user/.git-credentials")]
    [InlineData("memory files", "cp /tmp/needle /dev/shm/x", "/dev/shm/x")]
    public async Task What_is_planted_is_found(string where, string plant, string found)
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        await HideNeedleAsync(box);
        CommandHandle planted = await box.Sandbox.Commands.StartAsync($"{plant}; exec sleep 300", cancellationToken: Token);
        await using (planted)
        {
            await UntilAsync(async () => (await Find(box, "user", Look)).Contains(found, StringComparison.Ordinal));
        }

        Assert.NotEmpty(where);
    }

    [Fact]
    public async Task Only_the_server_of_the_remote_gets_it()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string moved = server.UrlOf("moved/x.git");

        await Assert.ThrowsAsync<GitAuthenticationException>(() => box.Git.CloneAsync(moved, new GitCloneOptions { Credential = server.GitUser }, Token));

        Assert.Empty(server.OtherGit.Authorizations);
    }

    [Fact]
    public async Task No_other_helper_learns_of_it()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        GitSandbox.MakeRemote(server, "helper.git");
        await box.Git.SetConfigAsync("credential.helper", "store", cancellationToken: Token);

        await box.Git.CloneAsync(server.UrlOf("helper.git"), new GitCloneOptions { Credential = server.GitUser }, Token);

        Assert.Equal("none\n", await box.ShellAsync("cat ~/.git-credentials 2>/dev/null || echo none"));
    }

    [Fact]
    public async Task What_is_to_be_stored_is_stored_once_and_readable_by_its_owner_alone()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        GitSandbox.MakeRemote(server, "stored.git");
        await HideNeedleAsync(box);

        await box.Git.CloneAsync(server.UrlOf("stored.git"), new GitCloneOptions { Credential = server.GitUser, StoreCredential = true, Path = "with space" }, Token);

        Assert.Equal(["/home/user/with space/.git/e2b-credentials"], Places(await Find(box, "user", Look)));
        Assert.Equal("600\n", await box.ShellAsync("stat -c %a 'with space/.git/e2b-credentials'"));
        await box.ShellAsync("mv 'with space' moved");
        await box.Git.CommitAsync("moved", "x", new GitCommitOptions { AllowEmpty = true }, Token);
        await box.Git.PushAsync("moved", new GitPushOptions { Remote = "origin", Branch = "main" }, Token);
    }

    [Fact]
    public async Task Authenticating_dangerously_leaves_it_in_the_home_and_lets_everything_in()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        GitSandbox.MakeRemote(server, "danger.git");
        await HideNeedleAsync(box);

        await box.Git.DangerouslyAuthenticateAsync(
            server.GitUser, new GitAuthenticateOptions { Host = $"host.e2b.internal:{server.Git.Port}", Protocol = "http" }, Token);

        Assert.Equal(["/home/user/.git-credentials"], Places(await Find(box, "user", Look)));
        await box.Git.CloneAsync(server.UrlOf("danger.git"), cancellationToken: Token);
    }

    [Fact]
    public async Task An_address_with_a_secret_is_refused_without_being_repeated()
    {
        await using GitSandbox box = await GitSandbox.CreateAsync(server);
        string url = "https://x:s3cr3t@example.com/r.git";

        foreach (Func<Task> call in new Func<Task>[]
        {
            () => box.Git.CloneAsync(url, cancellationToken: Token),
            () => box.Git.CloneAsync("https://s3cr3t@example.com/r.git", cancellationToken: Token),
            () => box.Git.RemoteAddAsync("r", "origin", url, cancellationToken: Token),
            () => box.Git.PushAsync("r", new GitPushOptions { Remote = url, Branch = "main" }, Token),
            () => box.Git.RunAsync(["ls-remote", url], cancellationToken: Token),
            () => box.Git.RunAsync(["push", $"--repo={url}"], "r", cancellationToken: Token),
            () => box.Git.SetConfigAsync("remote.origin.url", url, cancellationToken: Token),
            () => box.Git.SetConfigAsync($"url.{url}.insteadOf", "x:", cancellationToken: Token),
        })
        {
            Assert.DoesNotContain("s3cr3t", (await Assert.ThrowsAsync<E2BInvalidArgumentException>(call)).ToString());
        }
    }

    private async Task HideNeedleAsync(GitSandbox box)
    {
        await box.WriteAsync("/tmp/needle", server.GitPassword);
        await box.ShellAsync("chmod 644 /tmp/needle");
    }

    private static async Task AssertNothingAsync(GitSandbox box, string user, int atLeast)
    {
        string found = await Find(box, user, Look);
        Assert.Empty(Places(found));
        Assert.True(int.Parse(found.Trim().Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture) >= atLeast, found);
    }

    private static IEnumerable<string> Places(string found) =>
        found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("looked at", StringComparison.Ordinal));

    private static async Task<string> Find(GitSandbox box, string user, string script) =>
        (await box.Sandbox.Commands.RunAsync("/bin/bash", ["-c", script], new CommandOptions { User = user, WorkingDirectory = "/" }, Token)).StandardOutput;

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await condition())
        {
            await Task.Delay(50, limit.Token);
        }
    }

    private sealed class Hold : IDisposable
    {
        private readonly string _file;

        public Hold(string file)
        {
            _file = file;
            File.WriteAllText(file, string.Empty);
        }

        public void Dispose() => File.Delete(_file);
    }
}
