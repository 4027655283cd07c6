using System.Management.Automation;

namespace E2B.PowerShell.Git.Settings;

/// <summary>Sets a setting.</summary>
public sealed class SetConfigOperation : ConfigOperation
{
    /// <summary>The setting's name.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string Key { get; set; } = string.Empty;

    /// <summary>The setting's value.</summary>
    [Parameter(Mandatory = true, Position = 3)]
    [AllowEmptyString]
    public string Value { get; set; } = string.Empty;

    internal override string? Action => $"Set '{Key}'";

    internal override async Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop) =>
        await git.SetConfigAsync(Key, Value, Options(context), stop).ConfigureAwait(false);
}
