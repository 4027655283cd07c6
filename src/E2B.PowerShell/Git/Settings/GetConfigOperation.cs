using System.Management.Automation;

namespace E2B.PowerShell.Git.Settings;

/// <summary>Returns a setting.</summary>
public sealed class GetConfigOperation : ConfigOperation
{
    /// <summary>The setting's name.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Key { get; set; } = string.Empty;

    internal override string? Action => null;

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop) =>
        await git.GetConfigAsync(Key, Options(context), stop).ConfigureAwait(false);
}
