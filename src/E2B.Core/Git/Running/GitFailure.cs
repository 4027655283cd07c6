using System.Text.RegularExpressions;

namespace E2B.Git;

/// <summary>What git says when it fails, as an exception of its own kind.</summary>
internal static partial class GitFailure
{
    private const int ShownLength = 2000;

    // The first that fits. What git says of a remote's answer comes before the "could not read from remote repository" that follows it.
    private static readonly (Regex Pattern, GitFailureKind Kind)[] _kinds =
    [
        (NoSpace(), GitFailureKind.NoSpace),
        (NoIdentity(), GitFailureKind.NoIdentity),
        (NoUpstream(), GitFailureKind.NoUpstream),
        (NotARepository(), GitFailureKind.NotARepository),
        (Authentication(), GitFailureKind.Authentication),
        (Diverged(), GitFailureKind.Diverged),
        (Conflict(), GitFailureKind.Conflict),
        (Exists(), GitFailureKind.Exists),
        (NotFound(), GitFailureKind.NotFound),
        (Unreachable(), GitFailureKind.Unreachable),
    ];

    /// <summary>The exception for a run that failed.</summary>
    public static E2BException Of(Sandbox sandbox, string action, CommandResult result)
    {
        string said = MessageOf(result);
        string id = sandbox.SandboxId;
        if (result.ExitCode == 127 && !said.Contains("fatal:", StringComparison.Ordinal))
        {
            return new GitNotInstalledException($"Could not {action}: there is no git in the sandbox {id}. Install it there, or use a template that has it.", result, said) { SandboxId = id };
        }

        string start = $"Could not {action} in the sandbox {id}: {Shorten(said)}";
        return Classify(said) switch
        {
            GitFailureKind.NoSpace => new NotEnoughSpaceException($"{start}\nRemove something in the sandbox, or use a template with a larger disk.") { SandboxId = id },
            GitFailureKind.NoIdentity => new GitIdentityException($"{start}\nSay who commits: configure the user, or give the author's name and address.", result, said) { SandboxId = id },
            GitFailureKind.NoUpstream => new GitUpstreamException($"{start}\nName the remote and the branch, or push once with both, which makes them the upstream.", result, said) { SandboxId = id },
            GitFailureKind.NotARepository => new GitRepositoryException($"{start}\nThe path is relative to the working directory, the user's home by default.", result, said) { SandboxId = id },
            GitFailureKind.Authentication => new GitAuthenticationException($"{start}\nGive a credential that the server takes for this repository.", result, said) { SandboxId = id },
            GitFailureKind.Diverged => new GitDivergedException($"{start}\nThe remote has commits that are not here: pull them and put both together first.", result, said) { SandboxId = id },
            GitFailureKind.Conflict => new GitConflictException($"{start}\nThe status says which files it is about.", result, said) { SandboxId = id },
            GitFailureKind.Exists => new GitExistsException(start, result, said) { SandboxId = id },
            GitFailureKind.NotFound => new GitNotFoundException(start, result, said) { SandboxId = id },
            GitFailureKind.Unreachable => new GitUnreachableException($"{start}\nCheck the URL, and whether the sandbox may reach the server.", result, said) { SandboxId = id },
            _ => new GitException(start, result, said) { SandboxId = id },
        };
    }

    public static GitFailureKind Classify(string said)
    {
        foreach ((Regex pattern, GitFailureKind kind) in _kinds)
        {
            if (pattern.IsMatch(said))
            {
                return kind;
            }
        }

        return GitFailureKind.Other;
    }

    /// <summary>What git said, to stderr first: conflicts, and that there is nothing to commit, are told on stdout.</summary>
    private static string MessageOf(CommandResult result)
    {
        string stderr = result.StandardError.Trim();
        string stdout = Shorten(GitUrl.Redact(result.StandardOutput.Replace('\0', ' ')).Trim());
        string said = (stderr.Length, stdout.Length) switch
        {
            (_, 0) => stderr,
            (0, _) => stdout,
            _ => $"{stderr}\n{stdout}",
        };
        return said.Length > 0 ? said
            : result.Signal is { } signal ? $"it was ended by the signal '{signal}'"
            : result.Error ?? $"exit code {result.ExitCode}";
    }

    private static string Shorten(string text) => text.Length <= ShownLength ? text : text[..ShownLength] + "…";

    [GeneratedRegex("No space left on device|[Dd]isk quota exceeded")]
    private static partial Regex NoSpace();

    [GeneratedRegex("tell me who you are|unable to auto-detect email|empty ident name|no (name|email) was given")]
    private static partial Regex NoIdentity();

    [GeneratedRegex("has no upstream branch|no upstream configured|no tracking information|does not track a remote branch|set the remote as upstream|No configured push destination|No remote repository specified|no such ref was fetched|not currently on a branch|HEAD does not point to a branch|no such branch: '")]
    private static partial Regex NoUpstream();

    [GeneratedRegex("not a git repository|not in a git directory|cannot change to '|must be run in a work tree")]
    private static partial Regex NotARepository();

    [GeneratedRegex(@"Authentication failed|could not read (Username|Password)|terminal prompts disabled|[Ii]nvalid username or (password|token)|returned error: 40[13]|HTTP 40[13]|Permission denied \(|Host key verification failed|HTTP Basic: Access denied|Write access to repository not granted|Permission to \S+ denied")]
    private static partial Regex Authentication();

    [GeneratedRegex(@"\(non-fast-forward\)|\(fetch first\)|\(stale info\)|reconcile divergent branches|Not possible to fast-forward|refusing to merge unrelated histories|have diverged")]
    private static partial Regex Diverged();

    [GeneratedRegex(@"CONFLICT \(|Automatic merge failed|would be overwritten by|needs merge|unmerged (files|paths)|resolve your current index|you have unmerged|unmerged entry|[Uu]nmerged")]
    private static partial Regex Conflict();

    [GeneratedRegex("already exists")]
    private static partial Regex Exists();

    [GeneratedRegex(@"[Rr]epository .*not found|returned error: 404|does not appear to be a git repository|repository '.*' does not exist|did not match any|unknown revision|bad revision|bad object|[Nn]ot a valid (object|ref)|not a valid reference|invalid reference|Remote branch .* not found|couldn't find remote ref|Could not find remote branch|does not match any|branch '.*' not found|tag '.*' not found|No such remote|No stash|not a commit and a branch|could not resolve HEAD|is not a stash|[Ff]ailed to resolve|pathspec '.*' is|does not have any commits yet|log for '.*' only has")]
    private static partial Regex NotFound();

    [GeneratedRegex("[Cc]ould not resolve host|Failed to connect|[Cc]onnection (refused|timed out|reset|was reset|closed)|Network is unreachable|No route to host|unable to access|Couldn't connect to server|early EOF|RPC failed|hung up unexpectedly|unable to connect|SSL certificate|[Oo]peration timed out|Could not read from remote repository|Temporary failure in name resolution|Empty reply from server")]
    private static partial Regex Unreachable();
}
