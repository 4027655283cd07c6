namespace E2B;

/// <summary>A template: what sandboxes are made from. What it says about processors, memory, disk and daemon is said of its newest build with the tag <c>default</c>.</summary>
public sealed class TemplateInfo
{
    /// <summary>The template's id.</summary>
    public required string TemplateId { get; init; }

    /// <summary>Its name without namespace, with which its project makes sandboxes; the id when it has none.</summary>
    public string Name => Aliases.Count > 0 ? Aliases[0] : TemplateId;

    /// <summary>Its names with namespace, with which every project makes sandboxes of it once it is public.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Its names without namespace.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Whether every project can make sandboxes from it, or its own alone.</summary>
    public bool IsPublic { get; init; }

    /// <summary>How its newest build is.</summary>
    public TemplateBuildStatus BuildStatus { get; init; }

    /// <summary>The newest build that succeeded; <see langword="null"/> when there is none.</summary>
    public string? BuildId { get; init; }

    /// <summary>How many times it was built; <see langword="null"/> where the service does not say.</summary>
    public int? BuildCount { get; init; }

    /// <summary>Processors of its sandboxes; <see langword="null"/> when there is no build.</summary>
    public int? CpuCount { get; init; }

    /// <summary>Memory of its sandboxes, in MiB; <see langword="null"/> when there is no build.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>Disk of its sandboxes, in MiB; <see langword="null"/> when there is no build.</summary>
    public int? DiskMB { get; init; }

    /// <summary>The version of the daemon in its sandboxes; <see langword="null"/> when there is no build.</summary>
    public string? EnvdVersion { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was built or changed last, in UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When a sandbox was made from it last, in UTC; <see langword="null"/> for never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How many sandboxes were made from it.</summary>
    public long UseCount { get; init; }

    /// <summary>The name, or the id when it has none.</summary>
    public override string ToString() => Name;
}
