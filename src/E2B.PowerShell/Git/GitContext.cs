namespace E2B.PowerShell.Git;

/// <summary>What every operation is told: where the repository is, and how to run git.</summary>
internal sealed record GitContext
{
    /// <summary>The repository, as it was given; <see langword="null"/> when it was not.</summary>
    public string? GivenPath { get; init; }

    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    public TimeSpan Timeout { get; init; }

    public IProgress<GitProgress>? Progress { get; init; }

    /// <summary>The repository; without -Path the working directory.</summary>
    public string Path => GivenPath ?? ".";

    public T Options<T>()
        where T : GitOptions, new() => new()
    {
        User = User,
        WorkingDirectory = WorkingDirectory,
        Environment = Environment,
        Timeout = Timeout,
    };
}
