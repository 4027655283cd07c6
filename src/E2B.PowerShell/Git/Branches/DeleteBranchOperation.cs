using System.Management.Automation;

namespace E2B.PowerShell.Git.Branches;

/// <summary>Deletes a branch.</summary>
public sealed class DeleteBranchOperation : GitOperation
{
    /// <summary>The branch.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Branch { get; set; } = string.Empty;

    /// <summary>Do it though something would be lost.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string? Action => $"Delete the branch '{Branch}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitDeleteBranchOptions options = context.Options<GitDeleteBranchOptions>();
        options.Force = Force;
        return await git.DeleteBranchAsync(context.Path, Branch, options, stop).ConfigureAwait(false);
    }
}
