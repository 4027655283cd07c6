using System.Management.Automation;

namespace E2B.PowerShell.Git.Branches;

/// <summary>Lists branches.</summary>
public sealed class BranchesOperation : GitOperation
{
    /// <summary>The branches of remotes too.</summary>
    [Parameter]
    public SwitchParameter IncludeRemote { get; set; }

    internal override string? Action => null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitBranchesOptions options = context.Options<GitBranchesOptions>();
        options.IncludeRemotes = IncludeRemote;
        return await git.BranchesAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
