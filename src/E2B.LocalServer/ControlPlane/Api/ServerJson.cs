using System.Text.Json.Serialization;
using E2B.Protocol.Rest;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The body of timeout as the server reads it: an absent number is not 0 but an error.</summary>
internal sealed record TimeoutBody(int? Timeout);

/// <summary>The body of connect.</summary>
internal sealed record ConnectBody(int? Timeout, bool? Memory);

/// <summary>The body of resume.</summary>
internal sealed record ResumeBody(int? Timeout, bool? AutoPause, bool? Memory);

/// <summary>The body of pause.</summary>
internal sealed record PauseBody(bool? Memory);

/// <summary>The body of fork.</summary>
internal sealed record ForkBody(int? Timeout, int? Count);

/// <summary>The body of a new snapshot.</summary>
internal sealed record SnapshotBody(string? Name);

/// <summary>The body of refreshes.</summary>
internal sealed record RefreshBody(int? Duration);

/// <summary>How a loopback listener for a sandbox's port is asked for.</summary>
/// <param name="Protocol"><c>http</c>, which is the default, or <c>tcp</c>.</param>
internal sealed record PortBody(string? Protocol);

/// <summary>Where a loopback listener is.</summary>
internal sealed record PortModel(string Url);

/// <summary>An error of the edge, with the members that the cloud's proxy sends.</summary>
internal sealed record EdgeError(string Message, int Code)
{
    public string? SandboxId { get; init; }

    public int? Port { get; init; }

    public string? Path { get; init; }
}

/// <summary>The shapes that only the server has. Generated, so that nothing is reflected at start.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(UtcTimeConverter)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TimeoutBody))]
[JsonSerializable(typeof(ConnectBody))]
[JsonSerializable(typeof(ResumeBody))]
[JsonSerializable(typeof(PauseBody))]
[JsonSerializable(typeof(ForkBody))]
[JsonSerializable(typeof(SnapshotBody))]
[JsonSerializable(typeof(RefreshBody))]
[JsonSerializable(typeof(IReadOnlyList<SnapshotModel>))]
[JsonSerializable(typeof(IReadOnlyList<ForkResultModel>))]
[JsonSerializable(typeof(IReadOnlyList<MetricModel>))]
[JsonSerializable(typeof(MetricsOfSandboxesModel))]
[JsonSerializable(typeof(LogsModel))]
[JsonSerializable(typeof(LogsV2Model))]
[JsonSerializable(typeof(NetworkBody))]
[JsonSerializable(typeof(PortBody))]
[JsonSerializable(typeof(PortModel))]
[JsonSerializable(typeof(EdgeError))]
[JsonSerializable(typeof(IReadOnlyList<TemplateModel>))]
[JsonSerializable(typeof(TemplateWithBuildsModel))]
[JsonSerializable(typeof(TemplateAliasModel))]
[JsonSerializable(typeof(IReadOnlyList<TemplateTagModel>))]
[JsonSerializable(typeof(AssignTagsBody))]
[JsonSerializable(typeof(AssignedTagsModel))]
[JsonSerializable(typeof(DeleteTagsBody))]
[JsonSerializable(typeof(UpdateTemplateBody))]
[JsonSerializable(typeof(UpdatedTemplateModel))]
[JsonSerializable(typeof(EmptyModel))]
[JsonSerializable(typeof(NewBuildBody))]
[JsonSerializable(typeof(NewBuildModel))]
[JsonSerializable(typeof(StartBuildBody))]
[JsonSerializable(typeof(BuildInfoModel))]
[JsonSerializable(typeof(BuildLogsModel))]
[JsonSerializable(typeof(FileUploadModel))]
[JsonSerializable(typeof(CancelledBuildsModel))]
[JsonSerializable(typeof(ApiKeyBody))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyModel>))]
[JsonSerializable(typeof(IReadOnlyList<TeamModel>))]
[JsonSerializable(typeof(IReadOnlyList<TeamMetricModel>))]
[JsonSerializable(typeof(MaxTeamMetricModel))]
[JsonSerializable(typeof(KilledModel))]
[JsonSerializable(typeof(Dictionary<string, int>))]
[JsonSerializable(typeof(IReadOnlyList<NodeModel>))]
[JsonSerializable(typeof(NewVolumeBody))]
[JsonSerializable(typeof(IReadOnlyList<VolumeModel>))]
[JsonSerializable(typeof(VolumeAndTokenModel))]
[JsonSerializable(typeof(VolumeMetadataBody))]
[JsonSerializable(typeof(IReadOnlyList<VolumeEntry>))]
[JsonSerializable(typeof(VolumeErrorModel))]
internal sealed partial class ServerJson : JsonSerializerContext;
