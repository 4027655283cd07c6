using E2B.Git;

namespace E2B;

/// <content>Changes that are put aside.</content>
public sealed partial class GitClient
{
    /// <summary>Puts changes aside, so that the files are as in the last commit.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">Which ones.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote. Where nothing changed, nothing is put aside.</returns>
    public Task<CommandResult> StashAsync(string path, GitStashOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] arguments =
        [
            "stash",
            "push",
            .. options?.IncludeUntracked == true ? ["--include-untracked"] : Array.Empty<string>(),
            .. options?.Message is { } message ? [$"--message={GitArguments.Text(message, "message")}"] : Array.Empty<string>(),
            "--",
            .. GitArguments.Files(options?.Files),
        ];
        return _runner.RunAsync(About(path, "stash changes", arguments) with { LiteralFiles = options?.LiteralFiles == true }, options, cancellationToken);
    }

    /// <summary>What is put aside, the last first.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<GitStashEntry>> StashesAsync(string path, GitOptions? options = null, CancellationToken cancellationToken = default)
    {
        CommandResult result = await _runner.RunAsync(Reading(path, "list the stashes", StashParser.Arguments), options, cancellationToken).ConfigureAwait(false);
        return StashParser.Parse(result.StandardOutput, _sandbox.SandboxId);
    }

    /// <summary>Brings changes back that were put aside.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="index">Which ones: their number.</param>
    /// <param name="keep">Whether they stay put aside as well.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such stash.</exception>
    /// <exception cref="GitConflictException">They do not fit what the files are now; they stay put aside.</exception>
    public Task<CommandResult> RestoreStashAsync(
        string path, int index = 0, bool keep = false, GitOptions? options = null, CancellationToken cancellationToken = default) =>
        _runner.RunAsync(About(path, "bring stashed changes back", "stash", keep ? "apply" : "pop", "--index", Name(index)), options, cancellationToken);

    /// <summary>Throws changes away that were put aside.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="index">Which ones: their number.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such stash.</exception>
    public Task<CommandResult> DropStashAsync(string path, int index = 0, GitOptions? options = null, CancellationToken cancellationToken = default) =>
        _runner.RunAsync(About(path, "drop a stash", "stash", "drop", Name(index)), options, cancellationToken);

    private static string Name(int index) => index >= 0
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"stash@{{{index}}}")
        : throw new E2BInvalidArgumentException("The number of a stash cannot be negative.");
}
