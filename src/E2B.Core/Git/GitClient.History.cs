using System.Globalization;
using E2B.Git;

namespace E2B;

/// <content>Commits and their differences.</content>
public sealed partial class GitClient
{
    /// <summary>The commits of a repository, the newest first. One without a commit yet has none.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">Which ones.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GitNotFoundException">There is no such branch or commit.</exception>
    public async Task<IReadOnlyList<GitLogEntry>> LogAsync(string path, GitLogOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new GitLogOptions();
        if (options.Skip < 0)
        {
            throw new E2BInvalidArgumentException("The number of commits to leave out cannot be negative.");
        }

        string[] arguments =
        [
            .. LogParser.Arguments,
            .. options.MaxCount is { } most ? [$"--max-count={GitArguments.Positive(most, "number of commits")}"] : Array.Empty<string>(),
            .. options.Skip > 0 ? [string.Create(CultureInfo.InvariantCulture, $"--skip={options.Skip}")] : Array.Empty<string>(),
            .. GitArguments.Optional(options.Target, "target"),
            "--",
            .. GitArguments.Files(options.Files),
        ];
        GitCall call = Reading(path, "list the commits", arguments) with { LiteralFiles = options.LiteralFiles };
        CommandResult result = await _runner.TryRunAsync(call, options, cancellationToken).ConfigureAwait(false);
        if (result.Succeeded)
        {
            return LogParser.Parse(result.StandardOutput, _sandbox.SandboxId);
        }

        return options.Target is null && result.StandardError.Contains("does not have any commits yet", StringComparison.Ordinal)
            ? []
            : throw GitFailure.Of(_sandbox, call.Action, result);
    }

    /// <summary>The files that differ, with their numbers of lines.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">What to compare; <see langword="null"/> means the files with the index.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GitNotFoundException">There is no such commit.</exception>
    public async Task<IReadOnlyList<GitDiffEntry>> DiffAsync(string path, GitDiffOptions? options = null, CancellationToken cancellationToken = default)
    {
        CommandResult result = await CompareAsync(path, DiffParser.Arguments, options, cancellationToken).ConfigureAwait(false);
        return DiffParser.Parse(result.StandardOutput, _sandbox.SandboxId);
    }

    /// <summary>The differences as a patch, as <c>git diff</c> shows them. Content that is no UTF-8 is not whole in it.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">What to compare; <see langword="null"/> means the files with the index.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GitNotFoundException">There is no such commit.</exception>
    public async Task<string> DiffPatchAsync(string path, GitDiffOptions? options = null, CancellationToken cancellationToken = default) =>
        (await CompareAsync(path, ["diff", "--patch", "--no-color", "--no-ext-diff"], options, cancellationToken).ConfigureAwait(false)).StandardOutput;

    private Task<CommandResult> CompareAsync(string path, string[] how, GitDiffOptions? options, CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            .. how,
            .. options?.Staged == true ? ["--cached"] : Array.Empty<string>(),
            .. GitArguments.Optional(options?.Target, "target"),
            "--",
            .. GitArguments.Files(options?.Files),
        ];
        return _runner.RunAsync(Reading(path, "compare", arguments) with { LiteralFiles = options?.LiteralFiles == true }, options, cancellationToken);
    }
}
