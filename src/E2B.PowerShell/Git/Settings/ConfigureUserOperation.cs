using System.Management.Automation;

namespace E2B.PowerShell.Git.Settings;

/// <summary>Says who commits.</summary>
public sealed class ConfigureUserOperation : ConfigOperation
{
    /// <summary>The author's name.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string AuthorName { get; set; } = string.Empty;

    /// <summary>The author's address.</summary>
    [Parameter(Mandatory = true, Position = 3)]
    public string AuthorEmail { get; set; } = string.Empty;

    internal override string? Action => $"Set the user to '{AuthorName}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop) =>
        await git.ConfigureUserAsync(AuthorName, AuthorEmail, Options(context), stop).ConfigureAwait(false);
}
