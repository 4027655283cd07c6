using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A snapshot: a template made of a sandbox's files, with a state of them for each tag.</summary>
internal sealed record Snapshot
{
    public const string DefaultTag = "default";

    public required string Id { get; init; }

    /// <summary>The name it was given; it is also found by the id.</summary>
    public string? Name { get; init; }

    /// <summary>Not a snapshot at all, but a template that is always there, in a snapshot's form. Never saved.</summary>
    [JsonIgnore]
    public bool IsBase { get; init; }

    /// <summary>Whether its owner called it public, which on one machine with one owner changes nothing.</summary>
    public bool Public { get; init; }

    /// <summary>When it was last changed, if it was.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The sandbox it was first made of.</summary>
    public required string SandboxId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>One for each tag, the newest last.</summary>
    public required IReadOnlyList<SnapshotState> States { get; init; }

    /// <summary>The names clients are told: with the namespace, without tag.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> FullNames => Name is null ? [] : IsBase ? [Name] : [$"{TemplateName.Namespace}/{Name}"];

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

    /// <summary>Whether the code interpreter's service runs in its sandboxes.</summary>
    public bool Interpreter { get; init; }

    /// <summary>What the API calls the build: the same for all tags of one state. States of earlier versions have none.</summary>
    public Guid? BuildId { get; init; }

    /// <summary>When the state was made.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it got this tag.</summary>
    public DateTimeOffset? TaggedAt { get; init; }

    /// <summary>The build's id, always the same one where none was noted.</summary>
    public Guid BuildIdOf(Snapshot snapshot) => BuildId
        ?? new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{snapshot.Id} {string.Join(' ', Layers)}")).AsSpan(0, 16));

    /// <summary>When the state was made; with the snapshot, where it was not noted.</summary>
    public DateTimeOffset TimeOf(Snapshot snapshot) => CreatedAt ?? snapshot.CreatedAt;
}
