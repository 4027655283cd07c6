namespace E2B.Protocol.Rest;

/// <summary>A project in the answer to <c>GET /teams</c>: the service still calls them teams.</summary>
public sealed record ProjectModel
{
    /// <summary>The project's id.</summary>
    public required string TeamID { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its key. A secret.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Whether it is the account's default one.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
