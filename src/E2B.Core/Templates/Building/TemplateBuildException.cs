namespace E2B;

/// <summary>A build of a template failed.</summary>
public sealed class TemplateBuildException : E2BException
{
    internal TemplateBuildException(string message)
        : base(message)
    {
    }

    /// <summary>The template's id.</summary>
    public required string TemplateId { get; init; }

    /// <summary>The build's id.</summary>
    public required string BuildId { get; init; }

    /// <summary>Why, in the service's words.</summary>
    public required string Reason { get; init; }

    /// <summary>The step that failed: <c>base</c> for what it starts from, a step's number from 1, or <c>finalize</c> for the start command and the ready check; <see langword="null"/> where the service does not say, as for a build that was cancelled.</summary>
    public string? FailedStep { get; init; }

    /// <summary>That step as a line of a Dockerfile shows it; <see langword="null"/> where not known.</summary>
    public string? Instruction { get; init; }

    /// <summary>Where that step was written: a line of a program, script or Dockerfile; <see langword="null"/> where not known.</summary>
    public TemplateOrigin? Origin { get; init; }

    /// <summary>The last entries of the log; those of the failed step, where it has any.</summary>
    public IReadOnlyList<TemplateBuildLogEntry> Log { get; init; } = [];
}
