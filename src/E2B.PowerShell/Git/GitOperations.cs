using E2B.PowerShell.Git.Branches;
using E2B.PowerShell.Git.Changes;
using E2B.PowerShell.Git.History;
using E2B.PowerShell.Git.Remotes;
using E2B.PowerShell.Git.Settings;

namespace E2B.PowerShell.Git;

/// <summary>All operations by name: those of the official SDKs, and beyond.</summary>
internal static class GitOperations
{
    private static readonly Dictionary<string, Func<GitOperation>> _all = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Clone"] = static () => new CloneOperation(),
        ["Init"] = static () => new InitOperation(),
        ["RemoteAdd"] = static () => new RemoteAddOperation(),
        ["RemoteGet"] = static () => new RemoteGetOperation(),
        ["Status"] = static () => new StatusOperation(),
        ["Branches"] = static () => new BranchesOperation(),
        ["CreateBranch"] = static () => new CreateBranchOperation(),
        ["CheckoutBranch"] = static () => new CheckoutBranchOperation(),
        ["DeleteBranch"] = static () => new DeleteBranchOperation(),
        ["Add"] = static () => new AddOperation(),
        ["Commit"] = static () => new CommitOperation(),
        ["Reset"] = static () => new ResetOperation(),
        ["Restore"] = static () => new RestoreOperation(),
        ["Push"] = static () => new PushOperation(),
        ["Pull"] = static () => new PullOperation(),
        ["SetConfig"] = static () => new SetConfigOperation(),
        ["GetConfig"] = static () => new GetConfigOperation(),
        ["DangerouslyAuthenticate"] = static () => new DangerouslyAuthenticateOperation(),
        ["ConfigureUser"] = static () => new ConfigureUserOperation(),
        ["Log"] = static () => new LogOperation(),
        ["Diff"] = static () => new DiffOperation(),
        ["Fetch"] = static () => new FetchOperation(),
        ["Tag"] = static () => new TagOperation(),
        ["Stash"] = static () => new StashOperation(),
    };

    public static IEnumerable<string> Names => _all.Keys;

    /// <summary>A new object for an operation's parameters; nothing when there is no such operation.</summary>
    public static GitOperation? Find(string? name) => name is not null && _all.TryGetValue(name, out Func<GitOperation>? make) ? make() : null;
}
