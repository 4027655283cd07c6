using E2B.Git;

namespace E2B;

/// <summary>Git repositories in a sandbox. It needs git there, 2.28 or later.</summary>
/// <remarks>
/// <para>Arguments reach git as they are, with no shell in between, and none of them can become an option. Git never prompts.</para>
/// <para>A credential that is given reaches git alone, while it runs, and is left nowhere: see <see cref="GitRemoteOptions.Credential"/>.
/// The exceptions say so: <see cref="GitCloneOptions.StoreCredential"/> and <see cref="DangerouslyAuthenticateAsync"/>. An
/// address with a user name or password in it is refused.</para>
/// <para>A repository's path is relative to <see cref="GitOptions.WorkingDirectory"/>, the user's home by default. Every method can
/// throw what <see cref="CommandsClient"/> throws, and a <see cref="GitException"/> or one that derives from it when git fails.</para>
/// </remarks>
public sealed partial class GitClient
{
    private readonly Sandbox _sandbox;
    private readonly GitRunner _runner;

    internal GitClient(Sandbox sandbox)
    {
        _sandbox = sandbox;
        _runner = new GitRunner(sandbox);
    }

    /// <summary>Runs git with any arguments.</summary>
    /// <param name="arguments">What follows <c>git</c>, options included.</param>
    /// <param name="path">The repository; <see langword="null"/> for none.</param>
    /// <param name="options">How to run it; what is in <see cref="GitRemoteOptions"/> counts too.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote. An exit code other than zero is no error here.</returns>
    /// <exception cref="E2BInvalidArgumentException">There are no arguments, or one is or has an address with a user name or password.</exception>
    public async Task<CommandResult> RunAsync(
        IReadOnlyList<string> arguments, string? path = null, GitOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Count == 0)
        {
            throw new E2BInvalidArgumentException("There are no arguments for git.");
        }

        GitUrl.CheckAll(arguments);
        return await _runner.TryRunAsync(new GitCall($"run git {arguments[0]}", arguments) { Repository = path }, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Throws what fits when git has not succeeded, as the other methods do.</summary>
    /// <param name="result">What <see cref="RunAsync"/> returned.</param>
    /// <returns>The result.</returns>
    /// <exception cref="GitException">Its exit code is not zero.</exception>
    public CommandResult EnsureSuccess(CommandResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return result.Succeeded ? result : throw GitFailure.Of(_sandbox, "run git", result);
    }

    private static GitCall About(string path, string action, params string[] arguments) =>
        new(action, arguments) { Repository = GitArguments.Text(path, "path of the repository") };

    private static GitCall Reading(string path, string action, params string[] arguments) =>
        About(path, action, arguments) with { IsReading = true };
}
