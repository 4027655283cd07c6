using System.Management.Automation;

namespace E2B.PowerShell.Git.Remotes;

/// <summary>Returns the address of a remote.</summary>
public sealed class RemoteGetOperation : GitOperation
{
    /// <summary>The remote's name.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Remote { get; set; } = string.Empty;

    internal override string? Action => null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop) =>
        await git.RemoteGetAsync(context.Path, Remote, context.Options<GitOptions>(), stop).ConfigureAwait(false);
}
