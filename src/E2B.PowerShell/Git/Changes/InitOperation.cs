using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Makes a repository.</summary>
public sealed class InitOperation : GitOperation
{
    /// <summary>Without files beside the repository itself.</summary>
    [Parameter]
    public SwitchParameter Bare { get; set; }

    /// <summary>The first branch.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? InitialBranch { get; set; }

    internal override string? Action => "Make a repository";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitInitOptions options = context.Options<GitInitOptions>();
        options.Bare = Bare;
        options.InitialBranch = InitialBranch;
        return await git.InitAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
