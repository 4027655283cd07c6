using System.Management.Automation;

namespace E2B.PowerShell.Git.Remotes;

/// <summary>Pushes to a remote.</summary>
public sealed class PushOperation : RemoteOperation
{
    private bool? _setUpstream;

    /// <summary>The remote's name.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Remote { get; set; }

    /// <summary>The branch.</summary>
    [Parameter(Position = 3)]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>Make the remote's branch the upstream: the default where the remote is named or there is a credential.</summary>
    [Parameter]
    public SwitchParameter SetUpstream { get => _setUpstream ?? true; set => _setUpstream = value; }

    internal override string? Action => Remote is null ? "Push" : $"Push to '{WithoutSecret(Remote)}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitPushOptions options = Options<GitPushOptions>(context);
        options.Remote = Remote;
        options.Branch = Branch;
        options.SetUpstream = SetUpstream;
        return await git.PushAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
