using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>A template in a list.</summary>
internal sealed record TemplateModel
{
    public required string TemplateID { get; init; }

    public required Guid BuildID { get; init; }

    public required int CpuCount { get; init; }

    public required int MemoryMB { get; init; }

    public required int DiskSizeMB { get; init; }

    public required bool Public { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required IReadOnlyList<string> Names { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    // There are no users here.
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? CreatedBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required DateTimeOffset? LastSpawnedAt { get; init; }

    public required long SpawnCount { get; init; }

    public required int BuildCount { get; init; }

    public required string EnvdVersion { get; init; }

    public string BuildStatus { get; init; } = "ready";
}

/// <summary>A template with all states that were ever made of it and still have a tag.</summary>
internal sealed record TemplateWithBuildsModel
{
    public required string TemplateID { get; init; }

    public required bool Public { get; init; }

    public required IReadOnlyList<string> Aliases { get; init; }

    public required IReadOnlyList<string> Names { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required DateTimeOffset? LastSpawnedAt { get; init; }

    public required long SpawnCount { get; init; }

    public required IReadOnlyList<TemplateBuildModel> Builds { get; init; }
}

/// <summary>One state of a template.</summary>
internal sealed record TemplateBuildModel(Guid BuildID, DateTimeOffset CreatedAt, int CpuCount, int MemoryMB, int DiskSizeMB)
{
    public string Status { get; init; } = "ready";

    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    public DateTimeOffset? FinishedAt { get; init; } = CreatedAt;

    public static TemplateBuildModel Of(Build build) => new(build.Id, build.CreatedAt, build.Limits.CpuCount, build.Limits.MemoryMB, build.Limits.DiskSizeMB)
    {
        Status = build.StatusName,
        UpdatedAt = build.FinishedAt ?? build.CreatedAt,
        FinishedAt = build.FinishedAt,
    };

    public string EnvdVersion { get; init; } = ServerFacts.EnvdVersion;
}

/// <summary>The answer to whether there is a template of a name.</summary>
internal sealed record TemplateAliasModel(string TemplateID, bool Public);

/// <summary>A tag, and the state it stands for.</summary>
internal sealed record TemplateTagModel(string Tag, Guid BuildID, DateTimeOffset CreatedAt);

/// <summary>The body of new tags.</summary>
internal sealed record AssignTagsBody(string? Target, IReadOnlyList<string?>? Tags);

/// <summary>The answer to new tags.</summary>
internal sealed record AssignedTagsModel(IReadOnlyList<string> Tags, Guid BuildID);

/// <summary>The body of the removal of tags.</summary>
internal sealed record DeleteTagsBody(string? Name, IReadOnlyList<string?>? Tags);

/// <summary>The body of a change to a template.</summary>
internal sealed record UpdateTemplateBody(bool? Public);

/// <summary>The answer to a change.</summary>
internal sealed record UpdatedTemplateModel(IReadOnlyList<string> Names);

/// <summary>Nothing, where clients expect an object.</summary>
internal sealed record EmptyModel;
