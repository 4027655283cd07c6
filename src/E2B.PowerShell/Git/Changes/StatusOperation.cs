using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Looks at the status.</summary>
public sealed class StatusOperation : GitOperation
{
    /// <summary>Which untracked files are listed.</summary>
    [Parameter]
    public GitUntrackedFiles? UntrackedFiles { get; set; }

    internal override string? Action => null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitStatusOptions options = context.Options<GitStatusOptions>();
        options.UntrackedFiles = UntrackedFiles;
        return await git.StatusAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
