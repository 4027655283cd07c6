using System.Management.Automation;

namespace E2B.PowerShell.Git.Remotes;

/// <summary>Fetches from a remote.</summary>
public sealed class FetchOperation : RemoteOperation
{
    /// <summary>The remote's name.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Remote { get; set; }

    /// <summary>The branch.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>How many commits of the history.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; }

    /// <summary>Forget remote branches that are gone.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    /// <summary>All tags too.</summary>
    [Parameter]
    public SwitchParameter AllTags { get; set; }

    internal override string? Action => "Fetch";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitFetchOptions options = Options<GitFetchOptions>(context);
        options.Remote = Remote;
        options.Branch = Branch;
        options.Depth = Depth > 0 ? Depth : null;
        options.Prune = Prune;
        options.Tags = AllTags;
        return await git.FetchAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
