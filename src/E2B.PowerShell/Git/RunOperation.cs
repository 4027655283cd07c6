namespace E2B.PowerShell.Git;

/// <summary>Git with any arguments: what -ArgumentList does, which no operation goes with.</summary>
internal sealed class RunOperation(string[] arguments, bool passThru) : GitOperation
{
    internal override string? Action => $"Run git {arguments.FirstOrDefault()}";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop)
    {
        CommandResult result = await git.RunAsync(arguments, context.GivenPath, context.Options<GitOptions>(), stop).ConfigureAwait(false);
        return passThru ? result : git.EnsureSuccess(result).StandardOutput is { Length: > 0 } text ? Lines(text) : null;
    }

    private static string[] Lines(string text) => (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
}
