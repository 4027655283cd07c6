using System.Management.Automation;

namespace E2B.PowerShell.Git.History;

/// <summary>Lists commits.</summary>
public sealed class LogOperation : FileOperation
{
    /// <summary>The commit, branch, tag or range.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>The files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? File { get; set; }

    /// <summary>How many at most.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaxCount { get; set; }

    /// <summary>How many to leave out first.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    internal override string? Action => null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitLogOptions options = Options<GitLogOptions>(context, File);
        options.Target = Target;
        options.MaxCount = MaxCount > 0 ? MaxCount : null;
        options.Skip = Skip;
        return await git.LogAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
