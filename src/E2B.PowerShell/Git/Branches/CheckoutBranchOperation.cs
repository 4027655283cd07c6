using System.Management.Automation;

namespace E2B.PowerShell.Git.Branches;

/// <summary>Checks out a branch.</summary>
public sealed class CheckoutBranchOperation : GitOperation
{
    /// <summary>The branch.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Branch { get; set; } = string.Empty;

    internal override string? Action => $"Check out '{Branch}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop) =>
        await git.CheckoutBranchAsync(context.Path, Branch, context.Options<GitOptions>(), stop).ConfigureAwait(false);
}
