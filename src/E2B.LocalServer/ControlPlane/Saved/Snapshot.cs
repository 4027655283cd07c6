using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A snapshot: a template made of a sandbox's files, with a state of them for each tag.</summary>
internal sealed record Snapshot
{
    public const string DefaultTag = "default";

    public required string Id { get; init; }

    /// <summary>The name it was given; it is also found by the id.</summary>
    public string? Name { get; init; }

    /// <summary>The sandbox it was first made of.</summary>
    public required string SandboxId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>One for each tag, the newest last.</summary>
    public required IReadOnlyList<SnapshotState> States { get; init; }

    /// <summary>The names clients are told: with the namespace, without tag.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> FullNames => Name is null ? [] : [$"{TemplateName.Namespace}/{Name}"];

    /// <summary>What clients are told to create sandboxes from.</summary>
    public string Reference(string tag) => $"{(Name is null ? Id : FullNames[0])}:{tag}";
}

/// <summary>The files and circumstances of a sandbox at one moment.</summary>
internal sealed record SnapshotState
{
    public required string Tag { get; init; }

    /// <summary>Its layers above the base, the lowest first.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    public required SandboxLimits Limits { get; init; }

    public IDictionary<string, string>? EnvVars { get; init; }
}
