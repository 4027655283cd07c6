namespace E2B;

/// <summary>A build of a template, as the service knows it.</summary>
public sealed class TemplateBuildInfo
{
    /// <summary>The template's id.</summary>
    public required string TemplateId { get; init; }

    /// <summary>The build's id.</summary>
    public required string BuildId { get; init; }

    /// <summary>How it is.</summary>
    public TemplateBuildStatus Status { get; init; }

    /// <summary>Why it failed; <see langword="null"/> when it did not, and in a list of builds, where the service does not say.</summary>
    public string? Reason { get; init; }

    /// <summary>The step that failed: <c>base</c>, a step's number from 1, or <c>finalize</c>; <see langword="null"/> where there is no <see cref="Reason"/>.</summary>
    public string? FailedStep { get; init; }

    /// <summary>When it was asked for, in UTC; <see langword="null"/> where the service does not list it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When its state changed last, in UTC; <see langword="null"/> where the service does not list it.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>When it ended, in UTC; <see langword="null"/> when it has not.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From when it was asked for until it ended; <see langword="null"/> when it has not.</summary>
    public TimeSpan? Duration => FinishedAt - CreatedAt;

    /// <summary>Processors of its sandboxes; <see langword="null"/> where the service does not list it.</summary>
    public int? CpuCount { get; init; }

    /// <summary>Memory of its sandboxes, in MiB; <see langword="null"/> where the service does not list it.</summary>
    public int? MemoryMB { get; init; }

    /// <summary>Disk of its sandboxes, in MiB; <see langword="null"/> until it is built.</summary>
    public int? DiskMB { get; init; }

    /// <summary>The version of the daemon in its sandboxes; <see langword="null"/> until it is built.</summary>
    public string? EnvdVersion { get; init; }

    /// <summary>The build's id.</summary>
    public override string ToString() => BuildId;
}
