namespace E2B;

/// <summary>A project of an account. Its key is not shown.</summary>
public sealed class E2BProject
{
    /// <summary>The project's id.</summary>
    public required string Id { get; init; }

    /// <summary>The project's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is the account's default one.</summary>
    public bool IsDefault { get; init; }

    internal string ApiKey { get; init; } = string.Empty;

    /// <summary>Options with the project's key and name.</summary>
    public E2BConnectionOptions ToConnectionOptions() => new() { ApiKey = ApiKey, Project = Name };

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
