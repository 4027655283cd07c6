using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Sets the branch to another commit, or takes files out of the index.</summary>
public sealed class ResetOperation : FileOperation
{
    /// <summary>The commit, branch or tag to reset to.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>The files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? File { get; set; }

    /// <summary>What is changed beside the branch.</summary>
    [Parameter]
    public GitResetMode? Mode { get; set; }

    internal override string? Action =>
        $"Reset{(Mode is { } mode ? $" ({mode})" : string.Empty)}{(Target is null ? string.Empty : $" to '{Target}'")}{(Mode == GitResetMode.Hard ? ", which loses changes" : string.Empty)}";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitResetOptions options = Options<GitResetOptions>(context, File);
        options.Mode = Mode;
        options.Target = Target;
        return await git.ResetAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
