namespace E2B.Protocol.Rest;

/// <summary>The body of <c>POST /v3/templates</c>: a build is to be made.</summary>
/// <param name="Name">The template's name; one that is not there yet is made.</param>
/// <param name="Tags">What the build is to be called; the service takes <c>default</c> where there is none.</param>
/// <param name="CpuCount">Processors.</param>
/// <param name="MemoryMB">Memory.</param>
public sealed record NewBuildRequest(string Name, IReadOnlyList<string>? Tags, int? CpuCount, int? MemoryMB);

/// <summary>The answer to that: a build that waits to be started.</summary>
public sealed record NewBuildModel
{
    /// <summary>The template's id.</summary>
    public required string TemplateID { get; init; }

    /// <summary>The build's id.</summary>
    public required string BuildID { get; init; }

    /// <summary>Whether others may use the template.</summary>
    public bool Public { get; init; }

    /// <summary>The template's names, with namespace where they have one.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The build's tags.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>The answer to <c>GET /templates/{id}/files/{hash}</c>.</summary>
/// <param name="Present">Whether the service has files of this hash.</param>
/// <param name="Url">Where to put them. It lets in whoever has it: a secret.</param>
public sealed record FileUploadModel(bool Present, string? Url)
{
    /// <summary>Nothing of the URL.</summary>
    public override string ToString() => $"Present: {Present}";
}

/// <summary>An entry of a build's log.</summary>
/// <param name="Timestamp">When.</param>
/// <param name="Level"><c>debug</c>, <c>info</c>, <c>warn</c> or <c>error</c>.</param>
/// <param name="Message">What happened.</param>
/// <param name="Step"><c>base</c>, the step's number from 1, or <c>finalize</c>.</param>
public sealed record BuildLogEntryModel(DateTimeOffset Timestamp, string? Level, string Message, string? Step);

/// <summary>Why a build failed.</summary>
/// <param name="Message">Why.</param>
/// <param name="Step">The step that did.</param>
public sealed record BuildReasonModel(string Message, string? Step);

/// <summary>How a build is, with a page of its log.</summary>
public sealed record BuildStatusModel
{
    /// <summary><c>waiting</c>, <c>building</c>, <c>ready</c> or <c>error</c>.</summary>
    public string? Status { get; init; }

    /// <summary>The page.</summary>
    public IReadOnlyList<BuildLogEntryModel>? LogEntries { get; init; }

    /// <summary>Why it failed.</summary>
    public BuildReasonModel? Reason { get; init; }
}
