namespace E2B.Protocol.Rest;

/// <summary>A template in a list.</summary>
public sealed record TemplateModel
{
    /// <summary>Its id.</summary>
    public required string TemplateID { get; init; }

    /// <summary>Its newest build that succeeded; nothing but zeros when there is none with the default tag.</summary>
    public string? BuildID { get; init; }

    /// <summary>That build's processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>That build's memory.</summary>
    public int MemoryMB { get; init; }

    /// <summary>That build's disk.</summary>
    public int DiskSizeMB { get; init; }

    /// <summary>Whether others may use it.</summary>
    public bool Public { get; init; }

    /// <summary>Its names without namespace.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Its names, with namespace where they have one.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When a sandbox was made from it last.</summary>
    public DateTimeOffset? LastSpawnedAt { get; init; }

    /// <summary>How many sandboxes were made from it.</summary>
    public long SpawnCount { get; init; }

    /// <summary>How many times it was built.</summary>
    public int BuildCount { get; init; }

    /// <summary>The version of the daemon in it.</summary>
    public string? EnvdVersion { get; init; }

    /// <summary>How its newest build with the default tag is.</summary>
    public string? BuildStatus { get; init; }
}

/// <summary>A template with a page of its builds, the newest first.</summary>
public sealed record TemplateDetailModel
{
    /// <summary>Its id.</summary>
    public required string TemplateID { get; init; }

    /// <summary>Whether others may use it.</summary>
    public bool Public { get; init; }

    /// <summary>Its names without namespace.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Its names, with namespace where they have one.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When a sandbox was made from it last.</summary>
    public DateTimeOffset? LastSpawnedAt { get; init; }

    /// <summary>How many sandboxes were made from it.</summary>
    public long SpawnCount { get; init; }

    /// <summary>The page.</summary>
    public IReadOnlyList<TemplateBuildModel>? Builds { get; init; }
}

/// <summary>A build of a template.</summary>
public sealed record TemplateBuildModel
{
    /// <summary>Its id.</summary>
    public required string BuildID { get; init; }

    /// <summary><c>waiting</c>, <c>building</c>, <c>ready</c> or <c>error</c>.</summary>
    public string? Status { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its state changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Processors.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory.</summary>
    public int MemoryMB { get; init; }

    /// <summary>Disk, once it is built.</summary>
    public int? DiskSizeMB { get; init; }

    /// <summary>The version of the daemon in it.</summary>
    public string? EnvdVersion { get; init; }
}

/// <summary>What a template's name leads to.</summary>
/// <param name="TemplateID">The template's id.</param>
/// <param name="Public">Whether others may use it.</param>
public sealed record TemplateAliasModel(string TemplateID, bool Public);

/// <summary>The body of a change to a template.</summary>
/// <param name="Public">Whether others may use it.</param>
public sealed record TemplateUpdateRequest(bool Public);

/// <summary>The answer to that.</summary>
/// <param name="Names">The template's names, with namespace where they have one.</param>
public sealed record TemplateUpdateModel(IReadOnlyList<string>? Names);

/// <summary>A tag of a template.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="BuildID">The build it stands for.</param>
/// <param name="CreatedAt">Since when.</param>
public sealed record TemplateTagModel(string Tag, string BuildID, DateTimeOffset CreatedAt);

/// <summary>The body of <c>POST /templates/tags</c>.</summary>
/// <param name="Target">The template, with the tag of the build that is meant.</param>
/// <param name="Tags">The tags that it gets.</param>
public sealed record AssignTagsRequest(string Target, IReadOnlyList<string> Tags);

/// <summary>The answer to that.</summary>
/// <param name="Tags">The tags.</param>
/// <param name="BuildID">The build that they stand for now.</param>
public sealed record AssignedTagsModel(IReadOnlyList<string>? Tags, string BuildID);

/// <summary>The body of <c>DELETE /templates/tags</c>.</summary>
/// <param name="Name">The template.</param>
/// <param name="Tags">The tags to remove.</param>
public sealed record RemoveTagsRequest(string Name, IReadOnlyList<string> Tags);
