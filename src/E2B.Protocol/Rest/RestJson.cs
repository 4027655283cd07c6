using System.Text.Json.Serialization;

namespace E2B.Protocol.Rest;

/// <summary>How the REST models are written: camelCase, absent instead of null. Generated, so that nothing is reflected at start.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = false,
    Converters = [typeof(UtcTimeConverter)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewSandboxRequest))]
[JsonSerializable(typeof(SandboxModel))]
[JsonSerializable(typeof(SandboxDetailModel))]
[JsonSerializable(typeof(IReadOnlyList<SandboxDetailModel>))]
[JsonSerializable(typeof(IReadOnlyList<SandboxMetricModel>))]
[JsonSerializable(typeof(SandboxesMetricsModel))]
[JsonSerializable(typeof(SandboxLogsModel))]
[JsonSerializable(typeof(IReadOnlyList<ProjectModel>))]
[JsonSerializable(typeof(TimeoutRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(NetworkModel))]
[JsonSerializable(typeof(IamModel))]
[JsonSerializable(typeof(ConnectRequest))]
[JsonSerializable(typeof(PauseRequest))]
[JsonSerializable(typeof(ForkRequest))]
[JsonSerializable(typeof(IReadOnlyList<ForkResultModel>))]
[JsonSerializable(typeof(NewSnapshotRequest))]
[JsonSerializable(typeof(SnapshotModel))]
[JsonSerializable(typeof(IReadOnlyList<SnapshotModel>))]
[JsonSerializable(typeof(IReadOnlyList<TemplateModel>))]
[JsonSerializable(typeof(TemplateDetailModel))]
[JsonSerializable(typeof(TemplateAliasModel))]
[JsonSerializable(typeof(TemplateUpdateRequest))]
[JsonSerializable(typeof(TemplateUpdateModel))]
[JsonSerializable(typeof(IReadOnlyList<TemplateTagModel>))]
[JsonSerializable(typeof(AssignTagsRequest))]
[JsonSerializable(typeof(AssignedTagsModel))]
[JsonSerializable(typeof(RemoveTagsRequest))]
[JsonSerializable(typeof(NewBuildRequest))]
[JsonSerializable(typeof(NewBuildModel))]
[JsonSerializable(typeof(FileUploadModel))]
[JsonSerializable(typeof(BuildStatusModel))]
[JsonSerializable(typeof(TemplateBuildRequest))]
[JsonSerializable(typeof(ErrorModel))]
[JsonSerializable(typeof(LocalPortModel))]
[JsonSerializable(typeof(ExecuteRequest))]
[JsonSerializable(typeof(NewCodeContextRequest))]
[JsonSerializable(typeof(CodeContextModel))]
[JsonSerializable(typeof(IReadOnlyList<CodeContextModel>))]
[JsonSerializable(typeof(InitRequest))]
[JsonSerializable(typeof(IReadOnlyList<WrittenFileModel>))]
[JsonSerializable(typeof(IDictionary<string, string>))]
public sealed partial class RestJson : JsonSerializerContext;
