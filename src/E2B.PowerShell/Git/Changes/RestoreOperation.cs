using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Takes back changes of files, or unstages them.</summary>
public sealed class RestoreOperation : FileOperation
{
    private bool? _staged;
    private bool? _workTree;

    /// <summary>The files.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string[]? File { get; set; }

    /// <summary>What is staged.</summary>
    [Parameter]
    public SwitchParameter Staged { get => _staged ?? false; set => _staged = value; }

    /// <summary>The files themselves: the default without -Staged.</summary>
    [Parameter]
    public SwitchParameter WorkTree { get => _workTree ?? _staged is null; set => _workTree = value; }

    /// <summary>The commit, branch or tag to restore from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Source { get; set; }

    internal override string? Action => $"Restore {string.Join(", ", File ?? LiteralFile ?? [])}{(WorkTree ? ", which loses changes" : string.Empty)}";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitRestoreOptions options = context.Options<GitRestoreOptions>();
        options.LiteralFiles = LiteralFile is not null;
        options.Staged = _staged;
        options.WorkTree = _workTree;
        options.Source = Source;
        return await git.RestoreAsync(context.Path, Chosen(File) ?? [], options, stop).ConfigureAwait(false);
    }
}
