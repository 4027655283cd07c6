using System.Management.Automation;

namespace E2B.PowerShell.Git.Remotes;

/// <summary>Adds a remote.</summary>
public sealed class RemoteAddOperation : RemoteOperation
{
    /// <summary>The remote's name.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Remote { get; set; } = string.Empty;

    /// <summary>The address, without a user name or password.</summary>
    [Parameter(Mandatory = true, Position = 3)]
    public string Url { get; set; } = string.Empty;

    /// <summary>Fetch from it afterwards.</summary>
    [Parameter]
    public SwitchParameter Fetch { get; set; }

    /// <summary>Give a remote of this name the new address.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    internal override string? Action => $"Add the remote '{Remote}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitRemoteAddOptions options = Options<GitRemoteAddOptions>(context);
        options.Fetch = Fetch;
        options.Overwrite = Overwrite;
        return await git.RemoteAddAsync(context.Path, Remote, Url, options, stop).ConfigureAwait(false);
    }
}
