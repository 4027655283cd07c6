using System.Text.Json.Nodes;

namespace E2B.Conformance;

/// <summary>What E2B.Core says about a repository, in the official client's words.</summary>
internal static class GitAnswers
{
    /// <summary>The answer to a request whose name begins with <c>git</c>.</summary>
    public static async Task<JsonNode?> AnswerAsync(GitClient git, JsonNode request)
    {
        string Text(string name) => (string)request[name]!;
        GitCredential? Credential() => request["password"] is { } password ? new GitCredential(Text("username"), (string)password!) : null;
        string path = (string?)request["path"] ?? string.Empty;
        switch (Text("do"))
        {
            case "gitStatus":
                return Status(await git.StatusAsync(path));
            case "gitBranches":
                GitBranches branches = await git.BranchesAsync(path);
                return new JsonObject { ["branches"] = new JsonArray([.. branches.All.Select(b => (JsonNode)b.Name)]), ["currentBranch"] = branches.Current };
            case "gitRemoteGet":
                return await git.RemoteGetAsync(path, Text("name"));
            case "gitGetConfig":
                return await git.GetConfigAsync(Text("key"), path.Length > 0 ? new GitConfigOptions { Scope = GitConfigScope.Local, Path = path } : null);
            case "gitClone":
                await git.CloneAsync(Text("url"), new GitCloneOptions { Path = path, Branch = (string?)request["branch"], Depth = (int?)request["depth"], Credential = Credential() });
                return null;
            case "gitAdd":
                await git.AddAsync(path, new GitAddOptions { Files = request["files"]?.AsArray().Select(f => (string)f!).ToList(), All = (bool?)request["all"] ?? true });
                return null;
            case "gitCommit":
                await git.CommitAsync(path, Text("message"), new GitCommitOptions { AuthorName = "A", AuthorEmail = "a@x", AllowEmpty = (bool?)request["allowEmpty"] ?? false });
                return null;
            case "gitCreateBranch":
                await git.CreateBranchAsync(path, Text("branch"));
                return null;
            case "gitCheckoutBranch":
                await git.CheckoutBranchAsync(path, Text("branch"));
                return null;
            case "gitDeleteBranch":
                await git.DeleteBranchAsync(path, Text("branch"), new GitDeleteBranchOptions { Force = (bool?)request["force"] ?? false });
                return null;
            case "gitRestore":
                await git.RestoreAsync(path, [.. request["paths"]!.AsArray().Select(f => (string)f!)], new GitRestoreOptions { Staged = (bool?)request["staged"], WorkTree = (bool?)request["worktree"] });
                return null;
            case "gitReset":
                await git.ResetAsync(path, new GitResetOptions { Mode = Enum.Parse<GitResetMode>(Text("mode"), ignoreCase: true), Target = (string?)request["target"] });
                return null;
            case "gitPush":
                await git.PushAsync(path, new GitPushOptions { Remote = (string?)request["remote"], Branch = (string?)request["branch"], Credential = Credential() });
                return null;
            case "gitPull":
                await git.PullAsync(path, new GitPullOptions { Remote = (string?)request["remote"], Branch = (string?)request["branch"], Credential = Credential() });
                return null;
            default:
                throw new InvalidOperationException($"nobody knows how to {Text("do")}");
        }
    }

    private static JsonObject Status(GitStatus status) => new()
    {
        ["currentBranch"] = status.Branch,
        ["upstream"] = status.Upstream,
        ["ahead"] = status.Ahead,
        ["behind"] = status.Behind,
        ["detached"] = status.IsDetached,
        ["isClean"] = status.IsClean,
        ["stagedCount"] = status.Staged.Count,
        ["untrackedCount"] = status.Untracked.Count,
        ["conflictCount"] = status.Conflicted.Count,
        ["totalCount"] = status.Files.Count,
        ["fileStatus"] = new JsonArray([.. status.Files.Select(file => new JsonObject
        {
            ["name"] = file.Name,
            ["status"] = file.Status switch { GitFileState.Conflicted => "conflict", GitFileState.TypeChanged => "typechange", var other => other.ToString().ToLowerInvariant() },
            ["indexStatus"] = file.IndexStatus.ToString(),
            ["workingTreeStatus"] = file.WorkTreeStatus.ToString(),
            ["staged"] = file.IsStaged,
            ["renamedFrom"] = file.OldName,
        })]),
    };
}
