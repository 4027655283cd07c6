using System.Management.Automation;

namespace E2B.PowerShell.Session;

/// <summary>
/// Finds a project's key: in what the CLI holds, which is one project's, else by asking the service with the account's
/// access token, the caller's, the environment's or the CLI's. Nothing that the CLI wrote is changed.
/// </summary>
internal static class ProjectChoice
{
    private const string SignIn = "Signing in by browser is the CLI's: run e2b auth login.";

    /// <summary>The options of a project.</summary>
    /// <param name="project">Its name or id.</param>
    /// <param name="given">What the caller gave; its access token is asked with first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="E2BProfileException">There is no such project, or nobody has signed in.</exception>
    public static async Task<E2BConnectionOptions> FindAsync(string project, E2BConnectionOptions given, CancellationToken cancellationToken)
    {
        CliConfiguration? cli = CliConfiguration.Read();
        if (given.AccessToken is null && cli?.Holds(project) == true)
        {
            return StoredAccount.Overlay(StoredAccount.OptionsOf(cli), given);
        }

        string? ofEnvironment = Environment.GetEnvironmentVariable("E2B_ACCESS_TOKEN") is { Length: > 0 } variable ? variable : null;
        E2BConnectionOptions asking = given.AccessToken is not null ? given
            : ofEnvironment is not null ? given with { AccessToken = ofEnvironment }
            : cli?.HasLiveToken(DateTimeOffset.UtcNow) == true ? given with { AccessToken = cli.AccessToken, Environment = static _ => null }
            : throw NotSignedIn(project, cli);

        using var client = new E2BClient(asking);
        IReadOnlyList<E2BProject> projects = await client.Account.ListProjectsAsync(cancellationToken).ConfigureAwait(false);
        E2BProject found = projects.FirstOrDefault(p => p.Id == project)
            ?? projects.FirstOrDefault(p => string.Equals(p.Name, project, StringComparison.OrdinalIgnoreCase))
            ?? throw new E2BProfileException(
                "E2BProjectNotFound",
                ErrorCategory.ObjectNotFound,
                $"The account has no project '{project}'; its projects: {string.Join(", ", projects.Select(static p => p.Name))}.");
        E2BConnectionOptions chosen = StoredAccount.Labelled(found.ToConnectionOptions(), "the account's projects", "the account's projects");
        return StoredAccount.Overlay(chosen, asking with { AccessToken = null }) with { AccessToken = given.AccessToken, Environment = asking.Environment };
    }

    private static E2BProfileException NotSignedIn(string project, CliConfiguration? cli) => new(
        "E2BProjectNotFound",
        ErrorCategory.ObjectNotFound,
        cli?.Project is { } held
            ? $"The project '{project}' is not the one that '{CliConfiguration.Location}' holds, which is '{held}', and there is no access token in force to ask for others. {SignIn} e2b auth configure then chooses the project."
            : $"There is no account on this machine to find the project '{project}' in. {SignIn} Or give -AccessToken or E2B_ACCESS_TOKEN.");
}
