using E2B.Protocol.Rest;

namespace E2B.Templates;

/// <summary>What the service says of templates, as the types of this library.</summary>
internal static class TemplateModels
{
    public static TemplateInfo ToInfo(TemplateModel model)
    {
        // Where there is no build, the service fills in zeros.
        string? build = model.BuildID is { } id && id.AsSpan().ContainsAnyExcept('0', '-') ? id : null;
        return new TemplateInfo
        {
            TemplateId = model.TemplateID,
            Names = model.Names ?? [],
            Aliases = model.Aliases ?? [],
            IsPublic = model.Public,
            BuildStatus = ToStatus(model.BuildStatus),
            BuildId = build,
            BuildCount = model.BuildCount,
            CpuCount = build is null ? null : model.CpuCount,
            MemoryMB = build is null ? null : model.MemoryMB,
            DiskMB = build is null ? null : model.DiskSizeMB,
            EnvdVersion = string.IsNullOrEmpty(model.EnvdVersion) ? null : model.EnvdVersion,
            CreatedAt = model.CreatedAt.ToUniversalTime(),
            UpdatedAt = model.UpdatedAt.ToUniversalTime(),
            LastUsedAt = model.LastSpawnedAt?.ToUniversalTime(),
            UseCount = model.SpawnCount,
        };
    }

    /// <summary>Of what is in no list, as a snapshot is.</summary>
    public static TemplateInfo ToInfo(TemplateDetailModel model)
    {
        TemplateBuildModel? newest = model.Builds is [TemplateBuildModel first, ..] ? first : null;
        TemplateBuildModel? ready = model.Builds?.FirstOrDefault(static one => ToStatus(one.Status) == TemplateBuildStatus.Ready);
        return new TemplateInfo
        {
            TemplateId = model.TemplateID,
            Names = model.Names ?? [],
            Aliases = model.Aliases ?? [],
            IsPublic = model.Public,
            BuildStatus = ToStatus(newest?.Status),
            BuildId = ready?.BuildID,
            CpuCount = ready?.CpuCount,
            MemoryMB = ready?.MemoryMB,
            DiskMB = ready?.DiskSizeMB,
            EnvdVersion = ready?.EnvdVersion,
            CreatedAt = model.CreatedAt.ToUniversalTime(),
            UpdatedAt = model.UpdatedAt.ToUniversalTime(),
            LastUsedAt = model.LastSpawnedAt?.ToUniversalTime(),
            UseCount = model.SpawnCount,
        };
    }

    public static TemplateBuildInfo ToBuild(string templateId, TemplateBuildModel model) => new()
    {
        TemplateId = templateId,
        BuildId = model.BuildID,
        Status = ToStatus(model.Status),
        CreatedAt = model.CreatedAt.ToUniversalTime(),
        UpdatedAt = model.UpdatedAt.ToUniversalTime(),
        FinishedAt = model.FinishedAt?.ToUniversalTime(),
        CpuCount = model.CpuCount,
        MemoryMB = model.MemoryMB,
        DiskMB = model.DiskSizeMB,
        EnvdVersion = model.EnvdVersion,
    };

    public static TemplateBuildLogEntry ToEntry(string templateId, string buildId, BuildLogEntryModel model) => new()
    {
        TemplateId = templateId,
        BuildId = buildId,
        Timestamp = model.Timestamp.ToUniversalTime(),
        Level = model.Level switch
        {
            "debug" => SandboxLogLevel.Debug,
            "warn" => SandboxLogLevel.Warn,
            "error" => SandboxLogLevel.Error,
            _ => SandboxLogLevel.Info,
        },
        Message = PlainText.Of(model.Message),
        Step = string.IsNullOrEmpty(model.Step) ? null : model.Step,
    };

    /// <summary>A state that this version does not know is one on the way, as the service itself says.</summary>
    public static TemplateBuildStatus ToStatus(string? status) => status switch
    {
        "waiting" => TemplateBuildStatus.Waiting,
        "ready" => TemplateBuildStatus.Ready,
        "error" => TemplateBuildStatus.Error,
        _ => TemplateBuildStatus.Building,
    };
}
