using System.Management.Automation;

namespace E2B.PowerShell.Git.Changes;

/// <summary>Puts changes aside and brings them back.</summary>
public sealed class StashOperation : FileOperation
{
    /// <summary>What to do.</summary>
    [Parameter(Position = 2)]
    public StashAction StashAction { get; set; }

    /// <summary>The number of what was put aside.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Index { get; set; }

    /// <summary>The message.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Message { get; set; }

    /// <summary>Untracked files too.</summary>
    [Parameter]
    public SwitchParameter IncludeUntracked { get; set; }

    /// <summary>The files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? File { get; set; }

    internal override string? Action => StashAction switch
    {
        StashAction.List => null,
        StashAction.Push => "Put changes aside",
        StashAction.Drop => $"Throw away stash {Index}",
        _ => $"Bring back stash {Index}",
    };

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        if (StashAction != StashAction.Push && (Message is not null || IncludeUntracked || File is not null || LiteralFile is not null))
        {
            throw new E2BInvalidArgumentException("-Message, -IncludeUntracked and files go with -StashAction Push only.");
        }

        GitOptions options = context.Options<GitOptions>();
        switch (StashAction)
        {
            case StashAction.List:
                return await git.StashesAsync(context.Path, options, stop).ConfigureAwait(false);
            case StashAction.Drop:
                return await git.DropStashAsync(context.Path, Index, options, stop).ConfigureAwait(false);
            case StashAction.Pop:
            case StashAction.Apply:
                return await git.RestoreStashAsync(context.Path, Index, StashAction == StashAction.Apply, options, stop).ConfigureAwait(false);
            default:
                GitStashOptions push = Options<GitStashOptions>(context, File);
                push.Message = Message;
                push.IncludeUntracked = IncludeUntracked;
                return await git.StashAsync(context.Path, push, stop).ConfigureAwait(false);
        }
    }
}
