using E2B.Git;

namespace E2B;

/// <content>Making repositories, and their remotes.</content>
public sealed partial class GitClient
{
    /// <summary>Clones a repository.</summary>
    /// <param name="url">Its address, without a user name or password.</param>
    /// <param name="options">How to clone.</param>
    /// <param name="cancellationToken">Gives up, and stops git, which removes what it has fetched so far. Once it writes the files, the repository stays.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitAuthenticationException">The server wants a credential, or another one.</exception>
    /// <exception cref="GitNotFoundException">There is no such repository or branch.</exception>
    /// <exception cref="GitExistsException">The directory is there and not empty.</exception>
    public async Task<CommandResult> CloneAsync(string url, GitCloneOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GitCloneOptions();
        GitUrl.Check(url);
        string path = GitArguments.Text(options.Path ?? GitUrl.DirectoryOf(url), "path of the new repository");
        if (options.StoreCredential && options.Credential is null)
        {
            throw new E2BInvalidArgumentException("There is no credential to store.");
        }

        string[] arguments =
        [
            "clone",
            .. Progress(options),
            .. options.Branch is null ? Array.Empty<string>() : [$"--branch={GitArguments.Reference(options.Branch, "branch")}", "--single-branch"],
            .. options.Depth is { } depth ? [$"--depth={GitArguments.Positive(depth, "depth")}"] : Array.Empty<string>(),
            "--",
            url,
            path,
        ];
        var call = new GitCall("clone the repository", arguments)
        {
            Credential = options.Credential,
            Servers = options.Credential is null ? [] : new[] { GitUrl.ServerOf(url) },
            Progress = options.Progress,
        };
        CommandResult result = await _runner.RunAsync(call, options, cancellationToken).ConfigureAwait(false);
        if (options.StoreCredential)
        {
            await StoreInRepositoryAsync(path, GitUrl.ServerOf(url), options, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Makes a repository. One that is there stays as it is.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="options">How to make it.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    public Task<CommandResult> InitAsync(string path, GitInitOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] arguments =
        [
            "init",
            .. options?.InitialBranch is { } branch ? [$"--initial-branch={GitArguments.Reference(branch, "branch")}"] : Array.Empty<string>(),
            .. options?.Bare == true ? ["--bare"] : Array.Empty<string>(),
            "--",
            GitArguments.Text(path, "path of the new repository"),
        ];
        return _runner.RunAsync(new GitCall("make a repository", arguments), options, cancellationToken);
    }

    /// <summary>Adds a remote.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="remote">The remote's name, such as <c>origin</c>.</param>
    /// <param name="url">Its address, without a user name or password.</param>
    /// <param name="options">How to add it.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitExistsException">There is a remote of this name, and it is not to be overwritten.</exception>
    public async Task<CommandResult> RemoteAddAsync(
        string path, string remote, string url, GitRemoteAddOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitArguments.Reference(remote, "name of the remote");
        GitUrl.Check(url);
        string action = $"add the remote '{remote}'";
        CommandResult result = await _runner.TryRunAsync(About(path, action, "remote", "add", "--", remote, url), options, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            E2BException failure = GitFailure.Of(_sandbox, action, result);
            if (options?.Overwrite != true || failure is not GitExistsException)
            {
                throw failure;
            }

            result = await _runner.RunAsync(About(path, action, "remote", "set-url", "--", remote, url), options, cancellationToken).ConfigureAwait(false);
        }

        return options?.Fetch == true
            ? await FetchAsync(path, FetchOf(options, remote), cancellationToken).ConfigureAwait(false)
            : result;
    }

    /// <summary>The address of a remote, as it is set. A password in it is left out.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="remote">The remote's name.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see langword="null"/> when there is no such remote.</returns>
    public async Task<string?> RemoteGetAsync(string path, string remote, GitOptions? options = null, CancellationToken cancellationToken = default)
    {
        string action = $"look at the remote '{remote}'";
        GitCall call = Reading(path, action, "remote", "get-url", "--", GitArguments.Reference(remote, "name of the remote"));
        CommandResult result = await _runner.TryRunAsync(call, options, cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return GitUrl.WithoutPassword(result.StandardOutput.TrimEnd('\n'));
        }

        E2BException failure = GitFailure.Of(_sandbox, action, result);
        return failure is GitNotFoundException ? null : throw failure;
    }

    private static GitFetchOptions FetchOf(GitRemoteAddOptions options, string remote) => new()
    {
        Remote = remote,
        Credential = options.Credential,
        Progress = options.Progress,
        User = options.User,
        WorkingDirectory = options.WorkingDirectory,
        Environment = options.Environment,
        Timeout = options.Timeout,
        RequestTimeout = options.RequestTimeout,
    };

    private static string[] Progress(GitRemoteOptions? options) => options?.Progress is null ? [] : ["--progress"];
}
