using E2B.Git;

namespace E2B;

/// <content>Changes, from the files to a commit.</content>
public sealed partial class GitClient
{
    /// <summary>What a repository looks like: its branch, and the files in which something changed.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">What to look at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GitRepositoryException">There is no repository.</exception>
    public async Task<GitStatus> StatusAsync(string path, GitStatusOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] arguments =
        [
            .. StatusParser.Arguments,
            .. options?.UntrackedFiles is { } untracked ? [$"--untracked-files={Word(untracked)}"] : Array.Empty<string>(),
        ];
        CommandResult result = await _runner.RunAsync(Reading(path, "look at the status", arguments), options, cancellationToken).ConfigureAwait(false);
        return StatusParser.Parse(result.StandardOutput, _sandbox.SandboxId, path);
    }

    /// <summary>Stages changes.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">Which ones; <see langword="null"/> means all.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such file.</exception>
    public Task<CommandResult> AddAsync(string path, GitAddOptions? options = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<string> files = GitArguments.Files(options?.Files);
        string[] arguments = files.Count > 0 ? ["add", "--", .. files] : ["add", options?.All == false ? "." : "--all"];
        return _runner.RunAsync(
            About(path, "stage changes", arguments) with { LiteralFiles = files.Count > 0 && options!.LiteralFiles }, options, cancellationToken);
    }

    /// <summary>Makes a commit of what is staged.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="message">The message.</param>
    /// <param name="options">How to commit.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitIdentityException">It is not known who commits.</exception>
    /// <exception cref="GitException">There is nothing to commit.</exception>
    public Task<CommandResult> CommitAsync(string path, string message, GitCommitOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] arguments =
        [
            .. options?.AuthorName is { } name ? ["-c", $"user.name={GitArguments.Text(name, "author's name")}"] : Array.Empty<string>(),
            .. options?.AuthorEmail is { } email ? ["-c", $"user.email={GitArguments.Text(email, "author's address")}"] : Array.Empty<string>(),
            "commit",
            $"--message={GitArguments.Text(message, "message")}",
            .. options?.AllowEmpty == true ? ["--allow-empty"] : Array.Empty<string>(),
        ];
        return _runner.RunAsync(About(path, "commit", arguments), options, cancellationToken);
    }

    /// <summary>Sets the current branch to another commit, or takes files out of the index.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">How, and where to.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such commit.</exception>
    public Task<CommandResult> ResetAsync(string path, GitResetOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] arguments =
        [
            "reset",
            .. options?.Mode is { } mode ? [$"--{Word(mode)}"] : Array.Empty<string>(),
            .. GitArguments.Optional(options?.Target, "target"),
            "--",
            .. GitArguments.Files(options?.Files),
        ];
        return _runner.RunAsync(About(path, "reset", arguments) with { LiteralFiles = options?.LiteralFiles == true }, options, cancellationToken);
    }

    /// <summary>Takes back changes of files, or unstages them.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="files">The files, relative to the path; <c>.</c> for all.</param>
    /// <param name="options">What to restore, and from where.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such file or commit.</exception>
    public Task<CommandResult> RestoreAsync(
        string path, IReadOnlyList<string> files, GitRestoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (files is null || files.Count == 0)
        {
            throw new E2BInvalidArgumentException("There are no files to restore. Use '.' for all.");
        }

        bool staged = options?.Staged == true;
        bool workTree = options?.WorkTree ?? options?.Staged is null;
        if (!staged && !workTree)
        {
            throw new E2BInvalidArgumentException("Neither the files nor the index are to be restored: there is nothing to do.");
        }

        string[] arguments =
        [
            "restore",
            .. workTree ? ["--worktree"] : Array.Empty<string>(),
            .. staged ? ["--staged"] : Array.Empty<string>(),
            .. options?.Source is { } source ? [$"--source={GitArguments.Reference(source, "source")}"] : Array.Empty<string>(),
            "--",
            .. GitArguments.Files(files),
        ];
        return _runner.RunAsync(About(path, "restore files", arguments) with { LiteralFiles = options?.LiteralFiles == true }, options, cancellationToken);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value)
        ? value.ToString().ToLowerInvariant()
        : throw new E2BInvalidArgumentException($"There is no {typeof(T).Name} {value}.");
}
