using E2B.Git;

namespace E2B;

/// <content>Exchanging commits with remotes.</content>
public sealed partial class GitClient
{
    /// <summary>Fetches commits and branches of a remote.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">What to fetch.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitAuthenticationException">The server wants a credential, or another one.</exception>
    public async Task<CommandResult> FetchAsync(string path, GitFetchOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GitFetchOptions();
        if (options is { Branch: not null, Remote: null })
        {
            throw new E2BInvalidArgumentException("A branch to fetch goes with its remote: name both.");
        }

        string? remote = options.Remote ?? (options.Credential is null ? null : await OnlyRemoteAsync(path, options, cancellationToken).ConfigureAwait(false));
        string[] arguments =
        [
            "fetch",
            .. Progress(options),
            .. options.Depth is { } depth ? [$"--depth={GitArguments.Positive(depth, "depth")}"] : Array.Empty<string>(),
            .. options.Prune ? ["--prune"] : Array.Empty<string>(),
            .. options.Tags ? ["--tags"] : Array.Empty<string>(),
            "--",
            .. Address(remote),
            .. GitArguments.Optional(options.Branch, "branch"),
        ];
        return await ExchangeAsync(About(path, "fetch", arguments), remote, push: false, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pushes commits to a remote.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">What to push.</param>
    /// <param name="cancellationToken">Gives up, and stops git. The remote may have taken the commits.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitAuthenticationException">The server wants a credential, or another one.</exception>
    /// <exception cref="GitUpstreamException">The branch has no upstream, and no remote is named.</exception>
    /// <exception cref="GitDivergedException">The remote has commits that are not here.</exception>
    public async Task<CommandResult> PushAsync(string path, GitPushOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GitPushOptions();
        if (options is { Branch: not null, Remote: null, Credential: null })
        {
            throw new E2BInvalidArgumentException("A branch to push goes with its remote: name both.");
        }

        string? remote = options.Remote ?? (options.Credential is null ? null : await OnlyRemoteAsync(path, options, cancellationToken).ConfigureAwait(false));
        string[] arguments =
        [
            "push",
            .. Progress(options),
            .. options.SetUpstream && remote is not null ? ["--set-upstream"] : Array.Empty<string>(),
            "--",
            .. Address(remote),
            .. GitArguments.Optional(options.Branch, "branch"),
        ];
        return await ExchangeAsync(About(path, "push", arguments), remote, push: true, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Fetches commits of a remote and puts them into the current branch.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">What to pull.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitAuthenticationException">The server wants a credential, or another one.</exception>
    /// <exception cref="GitUpstreamException">The branch has no upstream, and no remote is named.</exception>
    /// <exception cref="GitConflictException">Both sides changed the same; the files say where.</exception>
    public async Task<CommandResult> PullAsync(string path, GitPullOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GitPullOptions();
        if (options is { Branch: not null, Remote: null, Credential: null })
        {
            throw new E2BInvalidArgumentException("A branch to pull goes with its remote: name both.");
        }

        if (options is { Branch: null, Remote: null })
        {
            await RequireUpstreamAsync(path, options, cancellationToken).ConfigureAwait(false);
        }

        string? remote = options.Remote ?? (options.Credential is null ? null : await OnlyRemoteAsync(path, options, cancellationToken).ConfigureAwait(false));
        string[] arguments =
        [
            "pull", .. Progress(options), "--no-edit", "--", .. Address(remote), .. GitArguments.Optional(options.Branch, "branch"),
        ];
        return await ExchangeAsync(About(path, "pull", arguments), remote, push: false, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A remote may be given by its address too, which has to be one without a password.</summary>
    private static string[] Address(string? remote) => remote is null ? [] : [GitUrl.Check(GitArguments.Reference(remote, "remote"))];

    private async Task<CommandResult> ExchangeAsync(GitCall call, string? remote, bool push, GitRemoteOptions options, CancellationToken cancellationToken)
    {
        call = call with { Progress = options.Progress };
        if (options.Credential is { } credential)
        {
            IReadOnlyList<string> servers = await ServersOfAsync(call.Repository!, remote!, push, options, cancellationToken).ConfigureAwait(false);
            call = call with { Credential = credential, Servers = servers };
        }

        return await _runner.RunAsync(call, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The servers behind a remote, which is an address or a name; as many as it has addresses.</summary>
    private async Task<IReadOnlyList<string>> ServersOfAsync(string path, string remote, bool push, GitOptions options, CancellationToken cancellationToken)
    {
        if (remote.Contains("://", StringComparison.Ordinal))
        {
            return new[] { GitUrl.ServerOf(remote) };
        }

        string[] arguments = ["remote", "get-url", .. push ? ["--push"] : Array.Empty<string>(), "--all", "--", remote];
        CommandResult found = await _runner.RunAsync(Reading(path, $"look at the remote '{remote}'", arguments), options, cancellationToken).ConfigureAwait(false);
        return found.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(GitUrl.ServerOf).Distinct().ToArray();
    }

    /// <summary>The only remote: where there are several, nobody knows which one a credential is for.</summary>
    private async Task<string> OnlyRemoteAsync(string path, GitOptions options, CancellationToken cancellationToken)
    {
        CommandResult found = await _runner.RunAsync(Reading(path, "list the remotes", "remote"), options, cancellationToken).ConfigureAwait(false);
        string[] remotes = found.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return remotes.Length == 1
            ? remotes[0]
            : throw new E2BInvalidArgumentException(remotes.Length == 0
                ? $"The repository '{path}' has no remote: add one, or give its address."
                : $"The repository '{path}' has several remotes: name the one that the credential is for.");
    }

    private async Task RequireUpstreamAsync(string path, GitOptions options, CancellationToken cancellationToken)
    {
        GitCall call = Reading(path, "pull", "rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}");
        CommandResult result = await _runner.TryRunAsync(call, options, cancellationToken).ConfigureAwait(false);

        // An upstream that is set and was never fetched, as after the clone of an empty repository, is what pulling is for.
        if (!result.Succeeded && !result.StandardError.Contains("unknown revision", StringComparison.Ordinal))
        {
            throw GitFailure.Of(_sandbox, call.Action, result);
        }
    }
}
