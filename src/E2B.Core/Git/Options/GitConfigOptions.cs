namespace E2B;

/// <summary>Where a setting is kept. Everything is optional.</summary>
public sealed class GitConfigOptions : GitOptions
{
    /// <summary>Where the setting is kept.</summary>
    public GitConfigScope Scope { get; set; }

    /// <summary>The repository, which <see cref="GitConfigScope.Local"/> needs.</summary>
    public string? Path { get; set; }
}
