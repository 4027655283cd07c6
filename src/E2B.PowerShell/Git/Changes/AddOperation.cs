using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Stages changes.</summary>
public sealed class AddOperation : FileOperation
{
    private bool? _all;

    /// <summary>The files.</summary>
    [Parameter(Position = 2)]
    [ValidateNotNullOrEmpty]
    public string[]? File { get; set; }

    /// <summary>All changes in the whole repository: the default without files. With $false those in the directory.</summary>
    [Parameter]
    public SwitchParameter All { get => _all ?? true; set => _all = value; }

    internal override string? Action => "Stage changes";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        GitAddOptions options = Options<GitAddOptions>(context, File);
        options.All = All;
        return _all == true && options.Files is not null
            ? throw new E2BInvalidArgumentException("There are both -All and files. Give one of them.")
            : await git.AddAsync(context.Path, options, stop).ConfigureAwait(false);
    }
}
