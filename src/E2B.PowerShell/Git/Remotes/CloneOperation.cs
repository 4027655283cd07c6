using System.Management.Automation;

namespace E2B.PowerShell.Git.Remotes;

/// <summary>Clones a repository. -Path is the new directory.</summary>
public sealed class CloneOperation : RemoteOperation
{
    /// <summary>The address, without a user name or password.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Url { get; set; } = string.Empty;

    /// <summary>The branch or tag.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Branch { get; set; }

    /// <summary>How many commits of the history.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; }

    /// <summary>Leave the credential behind in the new repository.</summary>
    [Parameter]
    public SwitchParameter StoreCredential { get; set; }

    internal override string? Action => "Clone a repository";

    internal override string? Warning => StoreCredential
        ? "-StoreCredential leaves the credential in the sandbox, in clear text, in the file e2b-credentials of the new repository's .git directory: "
            + "whatever runs there as the same user can read it."
        : null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitCloneOptions options = Options<GitCloneOptions>(context);
        options.Path = context.GivenPath;
        options.Branch = Branch;
        options.Depth = Depth > 0 ? Depth : null;
        options.StoreCredential = StoreCredential;
        return await git.CloneAsync(Url, options, stop).ConfigureAwait(false);
    }
}
