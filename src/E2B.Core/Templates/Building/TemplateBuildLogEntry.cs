using System.Globalization;

namespace E2B;

/// <summary>An entry of a build's log.</summary>
public sealed class TemplateBuildLogEntry
{
    /// <summary>The template's id; <see langword="null"/> before the service has given one.</summary>
    public string? TemplateId { get; init; }

    /// <summary>The build's id; <see langword="null"/> before the service has given one.</summary>
    public string? BuildId { get; init; }

    /// <summary>When, in UTC.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>How much it matters. A level that this version does not know is shown as <see cref="SandboxLogLevel.Info"/>.</summary>
    public SandboxLogLevel Level { get; init; }

    /// <summary>What happened, without control characters.</summary>
    public required string Message { get; init; }

    /// <summary>The step that it belongs to: <c>base</c>, a step's number from 1, or <c>finalize</c>; <see langword="null"/> for none.</summary>
    public string? Step { get; init; }

    /// <summary>Time, level and message.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Timestamp.ToLocalTime():HH:mm:ss} {(Level == SandboxLogLevel.Info ? string.Empty : Level.ToString().ToUpperInvariant() + ' ')}{Message}");
}
