using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Makes a commit, and returns it.</summary>
public sealed class CommitOperation : GitOperation
{
    /// <summary>The message.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Message { get; set; } = string.Empty;

    /// <summary>The author's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AuthorName { get; set; }

    /// <summary>The author's address.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AuthorEmail { get; set; }

    /// <summary>Also without changes.</summary>
    [Parameter]
    public SwitchParameter AllowEmpty { get; set; }

    internal override string? Action => "Commit";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitCommitOptions options = context.Options<GitCommitOptions>();
        options.AuthorName = AuthorName;
        options.AuthorEmail = AuthorEmail;
        options.AllowEmpty = AllowEmpty;
        await git.CommitAsync(context.Path, Message, options, stop).ConfigureAwait(false);
        GitLogOptions last = context.Options<GitLogOptions>();
        last.MaxCount = 1;
        return await git.LogAsync(context.Path, last, stop).ConfigureAwait(false);
    }
}
