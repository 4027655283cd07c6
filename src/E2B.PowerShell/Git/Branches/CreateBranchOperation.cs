using System.Management.Automation;

namespace E2B.PowerShell.Git.Branches;

/// <summary>Creates a branch and checks it out.</summary>
public sealed class CreateBranchOperation : GitOperation
{
    /// <summary>The branch.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Branch { get; set; } = string.Empty;

    /// <summary>The commit, branch or tag at which it starts.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    internal override string? Action => $"Create and check out the branch '{Branch}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitCreateBranchOptions options = context.Options<GitCreateBranchOptions>();
        options.Target = Target;
        return await git.CreateBranchAsync(context.Path, Branch, options, stop).ConfigureAwait(false);
    }
}
