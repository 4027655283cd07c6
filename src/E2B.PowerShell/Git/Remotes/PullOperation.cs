using System.Management.Automation;

namespace E2B.PowerShell.Git.Remotes;

/// <summary>Pulls from a remote.</summary>
public sealed class PullOperation : RemoteOperation
{
    /// <summary>The remote's name.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Remote { get; set; }

    /// <summary>The branch.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    internal override string? Action => Remote is null ? "Pull" : $"Pull from '{WithoutSecret(Remote)}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitPullOptions options = Options<GitPullOptions>(context);
        options.Remote = Remote;
        options.Branch = Branch;
        return await git.PullAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
