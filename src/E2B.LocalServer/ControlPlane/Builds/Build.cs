using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>How far a build is, in the API's words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BuildStatus>))]
internal enum BuildStatus
{
    /// <summary>Asked for, and not started.</summary>
    Waiting,

    Building,

    Ready,

    Error,
}

/// <summary>One build of a template, running or over.</summary>
internal sealed record Build
{
    public required Guid Id { get; init; }

    public required string TemplateId { get; init; }

    /// <summary>What stands for it once it is ready.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    public required SandboxLimits Limits { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public required BuildStatus Status { get; init; }

    /// <summary>Why it failed.</summary>
    public BuildReason? Reason { get; init; }

    /// <summary>What it had built when it failed, held so that the next build need not do it again.</summary>
    public IReadOnlyList<string> Layers { get => field ?? []; init; }

    /// <summary>The status as the API names it.</summary>
    [JsonIgnore]
    public string StatusName => Status.ToString().ToLowerInvariant();

    /// <summary>Whether it runs, or is yet to.</summary>
    [JsonIgnore]
    public bool IsOpen => Status is BuildStatus.Waiting or BuildStatus.Building;
}

/// <summary>Why a build failed.</summary>
/// <param name="Message">For a person.</param>
/// <param name="Step">The step's number from 1 on, <c>base</c> or <c>finalize</c>; none where it was no step's fault.</param>
internal sealed record BuildReason(string Message, string? Step);

/// <summary>A build fails; the message is for the user.</summary>
internal sealed class BuildException(string message, Exception? cause = null) : Exception(message, cause);
