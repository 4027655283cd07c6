using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The body of a new build.</summary>
internal sealed record NewBuildBody(string? Name, string? Alias, IReadOnlyList<string?>? Tags, string? TeamID, int? CpuCount, int? MemoryMB);

/// <summary>The answer to it.</summary>
internal sealed record NewBuildModel(
    string TemplateID, Guid BuildID, bool Public, IReadOnlyList<string> Aliases, IReadOnlyList<string> Names, IReadOnlyList<string> Tags);

/// <summary>The body of a build's start.</summary>
internal sealed record StartBuildBody
{
    public string? FromImage { get; init; }

    public string? FromTemplate { get; init; }

    public RegistryBody? FromImageRegistry { get; init; }

    public bool? Force { get; init; }

    public IReadOnlyList<StepBody?>? Steps { get; init; }

    public string? StartCmd { get; init; }

    public string? ReadyCmd { get; init; }
}

/// <summary>One step as clients send it.</summary>
internal sealed record StepBody(string? Type, IReadOnlyList<string?>? Args, string? FilesHash, bool? Force);

/// <summary>How to sign in at a registry, as clients send it.</summary>
internal sealed record RegistryBody
{
    public string? Type { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? AwsAccessKeyId { get; init; }

    public string? AwsSecretAccessKey { get; init; }

    public string? AwsRegion { get; init; }

    public string? ServiceAccountJson { get; init; }
}

/// <summary>How far a build is.</summary>
internal sealed record BuildInfoModel
{
    public required string TemplateID { get; init; }

    public required Guid BuildID { get; init; }

    public required string Status { get; init; }

    public IReadOnlyList<string> Logs { get; init; } = [];

    public required IReadOnlyList<BuildLogEntry> LogEntries { get; init; }

    public BuildReasonModel? Reason { get; init; }
}

/// <summary>Why a build failed.</summary>
internal sealed record BuildReasonModel(string Message, string? Step, IReadOnlyList<BuildLogEntry> LogEntries);

/// <summary>A build's log.</summary>
internal sealed record BuildLogsModel(IReadOnlyList<BuildLogEntry> Logs);

/// <summary>Whether files are there already, and where to send them.</summary>
internal sealed record FileUploadModel(bool Present, string? Url);

/// <summary>What became of the builds that were to be cancelled.</summary>
internal sealed record CancelledBuildsModel(int CancelledCount, int FailedCount);

/// <summary>What is built, checked.</summary>
internal sealed record BuildDefinition
{
    /// <summary>What it begins with: an image, unless <see cref="FromTemplate"/> is set.</summary>
    public string? FromImage { get; init; }

    public string? FromTemplate { get; init; }

    [JsonIgnore]
    public Images.RegistryCredentials? Credentials { get; init; }

    /// <summary>Reuse nothing.</summary>
    public bool Force { get; init; }

    public required IReadOnlyList<BuildStep> Steps { get; init; }

    public string? StartCommand { get; init; }

    public string? ReadyCommand { get; init; }
}

/// <summary>One step of a build.</summary>
/// <param name="Kind">What it does, in capitals: <c>RUN</c>, <c>COPY</c>, …</param>
/// <param name="Arguments">What with.</param>
/// <param name="FilesHash">The files it needs.</param>
/// <param name="Force">Neither it nor what comes after it is reused.</param>
internal sealed record BuildStep(string Kind, IReadOnlyList<string> Arguments, string? FilesHash, bool Force);
