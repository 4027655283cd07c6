namespace E2B;

/// <summary>A build that succeeded: sandboxes can be made from it.</summary>
public sealed class TemplateBuildResult
{
    /// <summary>The template's id.</summary>
    public required string TemplateId { get; init; }

    /// <summary>The build's id.</summary>
    public required string BuildId { get; init; }

    /// <summary>The template's name, without a tag.</summary>
    public required string Name { get; init; }

    /// <summary>Its names with namespace.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The build's tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What sandboxes of just this build are made from (<see cref="SandboxCreateOptions.Template"/>): the name, with a tag unless <c>default</c> is one of them.</summary>
    public string Reference => Templates.TemplateName.Join(Name, Tags);

    /// <summary>How many steps it has.</summary>
    public int StepCount { get; init; }

    /// <summary>How many of them came from the cache.</summary>
    public int CachedStepCount { get; init; }

    /// <summary>What was sent to the service of local files, in bytes; less than there are, since it keeps what it has and archives are compressed.</summary>
    public long UploadedBytes { get; init; }

    /// <summary>How long it took, from the first look at local files on.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Processors of its sandboxes.</summary>
    public int CpuCount { get; init; }

    /// <summary>Memory of its sandboxes, in MiB.</summary>
    public int MemoryMB { get; init; }

    /// <summary>What sandboxes of it are made from.</summary>
    public override string ToString() => Reference;
}
