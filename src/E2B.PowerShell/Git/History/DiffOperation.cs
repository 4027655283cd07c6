using System.Management.Automation;

namespace E2B.PowerShell.Git.History;

/// <summary>Lists differences.</summary>
public sealed class DiffOperation : FileOperation
{
    /// <summary>The commit, branch, tag or range to compare with.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>The files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? File { get; set; }

    /// <summary>What is staged.</summary>
    [Parameter]
    public SwitchParameter Staged { get; set; }

    /// <summary>The patch as text.</summary>
    [Parameter]
    public SwitchParameter Patch { get; set; }

    internal override string? Action => null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitDiffOptions options = Options<GitDiffOptions>(context, File);
        options.Target = Target;
        options.Staged = Staged;
        if (!Patch)
        {
            return await git.DiffAsync(context.Path, options, stop).ConfigureAwait(false);
        }

        string patch = await git.DiffPatchAsync(context.Path, options, stop).ConfigureAwait(false);
        return patch.Length > 0 ? patch : null;
    }
}
