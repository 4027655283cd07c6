using E2B.Git;

namespace E2B;

/// <content>Branches and tags.</content>
public sealed partial class GitClient
{
    /// <summary>The branches of a repository.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">Which ones.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<GitBranches> BranchesAsync(string path, GitBranchesOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitCall call = Reading(path, "list the branches", BranchParser.Arguments(options?.IncludeRemotes == true));
        CommandResult result = await _runner.RunAsync(call, options, cancellationToken).ConfigureAwait(false);
        return new GitBranches
        {
            SandboxId = _sandbox.SandboxId,
            Repository = path,
            All = BranchParser.Parse(result.StandardOutput, _sandbox.SandboxId),
        };
    }

    /// <summary>Creates a branch and checks it out.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="branch">The new branch's name.</param>
    /// <param name="options">How to create it.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitExistsException">There is a branch of this name.</exception>
    public Task<CommandResult> CreateBranchAsync(
        string path, string branch, GitCreateBranchOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitArguments.Reference(branch, "branch");
        string[] arguments = ["checkout", "-b", branch, .. GitArguments.Optional(options?.Target, "target"), "--"];
        return _runner.RunAsync(About(path, $"create the branch '{branch}'", arguments), options, cancellationToken);
    }

    /// <summary>Checks out a branch. One that a single remote alone has is created from there.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="branch">The branch; a tag or commit leaves HEAD at no branch.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such branch.</exception>
    /// <exception cref="GitConflictException">Changes in the files would be lost.</exception>
    public Task<CommandResult> CheckoutBranchAsync(string path, string branch, GitOptions? options = null, CancellationToken cancellationToken = default)
    {
        // Without what ends it, a file of that name would be restored where there is no such branch.
        GitArguments.Reference(branch, "branch");
        return _runner.RunAsync(About(path, $"check out '{branch}'", "checkout", branch, "--"), options, cancellationToken);
    }

    /// <summary>Deletes a branch.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="branch">The branch.</param>
    /// <param name="options">How to delete it.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such branch.</exception>
    /// <exception cref="GitException">It is checked out, or has commits that are not merged, without <see cref="GitDeleteBranchOptions.Force"/>.</exception>
    public Task<CommandResult> DeleteBranchAsync(
        string path, string branch, GitDeleteBranchOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitArguments.Reference(branch, "branch");
        return _runner.RunAsync(
            About(path, $"delete the branch '{branch}'", "branch", options?.Force == true ? "-D" : "-d", "--", branch), options, cancellationToken);
    }

    /// <summary>The tags of a repository, by name.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<GitTag>> TagsAsync(string path, GitOptions? options = null, CancellationToken cancellationToken = default)
    {
        CommandResult result = await _runner.RunAsync(Reading(path, "list the tags", TagParser.Arguments), options, cancellationToken).ConfigureAwait(false);
        return TagParser.Parse(result.StandardOutput, _sandbox.SandboxId);
    }

    /// <summary>Makes a tag.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="tag">The tag's name.</param>
    /// <param name="options">How to make it.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitExistsException">There is a tag of this name.</exception>
    public Task<CommandResult> CreateTagAsync(string path, string tag, GitTagOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitArguments.Reference(tag, "tag");
        string[] arguments =
        [
            "tag",
            .. options?.Message is { } message ? [$"--message={GitArguments.Text(message, "message")}"] : Array.Empty<string>(),
            .. options?.Force == true ? ["--force"] : Array.Empty<string>(),
            "--",
            tag,
            .. GitArguments.Optional(options?.Target, "target"),
        ];
        return _runner.RunAsync(About(path, $"make the tag '{tag}'", arguments), options, cancellationToken);
    }

    /// <summary>Deletes a tag here. A remote keeps its own.</summary>
    /// <param name="path">The repository.</param>
    /// <param name="tag">The tag's name.</param>
    /// <param name="options">How to run git.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="GitNotFoundException">There is no such tag.</exception>
    public Task<CommandResult> DeleteTagAsync(string path, string tag, GitOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitArguments.Reference(tag, "tag");
        return _runner.RunAsync(About(path, $"delete the tag '{tag}'", "tag", "--delete", "--", tag), options, cancellationToken);
    }
}
