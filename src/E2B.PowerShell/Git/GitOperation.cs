namespace E2B.PowerShell.Git;

/// <summary>
/// One of Invoke-E2BGit's operations: its public properties are the parameters that the cmdlet has with it, and it calls
/// Core. A parameter's name means the same in all of them.
/// </summary>
public abstract class GitOperation
{
    /// <summary>What it does, for -WhatIf; <see langword="null"/> when it changes nothing.</summary>
    internal abstract string? Action { get; }

    /// <summary>What a person should know before; nothing as a rule.</summary>
    internal virtual string? Warning => null;

    /// <summary>Does it. A list is written one by one, a <see cref="CommandResult"/> only where it is asked for, and nothing when there is nothing.</summary>
    internal abstract Task<object?> RunAsync(GitClient git, GitContext context, CancellationToken stop);
}
