using System.Text;
using E2B.Git;

namespace E2B;

/// <content>Settings, and credentials that stay.</content>
public sealed partial class GitClient
{
    /// <summary>Sets one of git's settings.</summary>
    /// <param name="key">Its name, such as <c>pull.rebase</c>.</param>
    /// <param name="value">Its value, which may be empty.</param>
    /// <param name="options">Where it is kept; <see langword="null"/> means for the user.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    /// <exception cref="E2BInvalidArgumentException">The name or the value is an address with a user name or password.</exception>
    public Task<CommandResult> SetConfigAsync(string key, string value, GitConfigOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        GitArguments.Reference(key, "name of the setting");
        GitUrl.CheckAll(new[] { key, value });
        return _runner.RunAsync(Config($"set '{key}'", options, key, value), options, cancellationToken);
    }

    /// <summary>One of git's settings, as it is kept in one place.</summary>
    /// <param name="key">Its name, such as <c>pull.rebase</c>.</param>
    /// <param name="options">Where it is kept; <see langword="null"/> means for the user.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its value, the last one where there are several; <see langword="null"/> when it is not set there.</returns>
    public async Task<string?> GetConfigAsync(string key, GitConfigOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitCall call = Config($"look at '{key}'", options, "-z", "--get", GitArguments.Reference(key, "name of the setting")) with { IsReading = true };
        CommandResult result = await _runner.TryRunAsync(call, options, cancellationToken).ConfigureAwait(false);
        return result switch
        {
            { Succeeded: true } => result.StandardOutput.TrimEnd('\0'),

            // Not there. A file of settings that is not there says so too, where it has to be: for all users.
            { ExitCode: 1, Signal: null } when !result.StandardError.StartsWith("fatal:", StringComparison.Ordinal) => null,
            _ => throw GitFailure.Of(_sandbox, call.Action, result),
        };
    }

    /// <summary>Says who commits.</summary>
    /// <param name="name">The name.</param>
    /// <param name="email">The address.</param>
    /// <param name="options">Where it is kept; <see langword="null"/> means for the user.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    public async Task<CommandResult> ConfigureUserAsync(
        string name, string email, GitConfigOptions? options = null, CancellationToken cancellationToken = default)
    {
        GitArguments.Text(name, "name");
        GitArguments.Text(email, "address");
        await SetConfigAsync("user.name", name, options, cancellationToken).ConfigureAwait(false);
        return await SetConfigAsync("user.email", email, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Leaves a credential behind in the sandbox, for all use of git by this user from then on: in clear text, in the file
    /// <c>.git-credentials</c> of the home. Everything that runs as this user can read it, and so can the sandbox's snapshots. Prefer
    /// <see cref="GitRemoteOptions.Credential"/>, which leaves nothing.
    /// </summary>
    /// <param name="credential">The credential.</param>
    /// <param name="options">For which server; <see langword="null"/> means <c>https://github.com</c>.</param>
    /// <param name="cancellationToken">Gives up, and stops git.</param>
    /// <returns>What git wrote.</returns>
    public async Task<CommandResult> DangerouslyAuthenticateAsync(
        GitCredential credential, GitAuthenticateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(credential);
        options ??= new GitAuthenticateOptions();
        string server = GitUrl.ServerOf($"{options.Protocol?.Trim()}://{GitUrl.CheckHost(options.Host)}");
        await _runner.RunAsync(new GitCall("set the credential helper", (string[])["config", "--global", "credential.helper", "store"]), options, cancellationToken).ConfigureAwait(false);
        var call = new GitCall("store the credential", (string[])["credential", "approve"]) { Input = Description(server, credential), Secret = credential };
        return await _runner.RunAsync(call, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Leaves a credential behind in one repository.</summary>
    private async Task StoreInRepositoryAsync(string path, string server, GitCloneOptions options, CancellationToken cancellationToken)
    {
        // The path is looked up when it is needed, so that the repository can be moved.
        const string Helper = "!f() { git credential-store --file \"$(git rev-parse --absolute-git-dir)/e2b-credentials\" \"$1\"; }; f";
        GitCredential credential = options.Credential!;
        await _runner.RunAsync(About(path, "set the credential helper", "config", "--local", $"credential.{server}.helper", Helper), options, cancellationToken).ConfigureAwait(false);
        GitCall call = About(path, "store the credential", "credential", "approve") with { Input = Description(server, credential), Secret = credential };
        await _runner.RunAsync(call, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As git's credential protocol has it; the empty line ends it.</summary>
    private static byte[] Description(string server, GitCredential credential)
    {
        string[] parts = server.Split("://", 2);
        return Encoding.UTF8.GetBytes($"protocol={parts[0]}\nhost={parts[1]}\nusername={credential.UserName}\npassword={credential.Password}\n\n");
    }

    private static GitCall Config(string action, GitConfigOptions? options, params string[] rest)
    {
        GitConfigScope scope = options?.Scope ?? GitConfigScope.Global;
        if (scope == GitConfigScope.Local && options?.Path is null)
        {
            throw new E2BInvalidArgumentException("A local setting belongs to a repository: give its path.");
        }

        return new GitCall(action, (string[])["config", $"--{Word(scope)}", .. rest]) { Repository = scope == GitConfigScope.Local ? options!.Path : null };
    }
}
