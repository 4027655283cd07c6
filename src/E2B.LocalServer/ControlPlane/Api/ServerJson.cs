using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The body of connect and timeout as the server reads it: an absent number is not 0 but an error.</summary>
internal sealed record TimeoutBody(int? Timeout);

/// <summary>The body of refreshes.</summary>
internal sealed record RefreshBody(int? Duration);

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
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TimeoutBody))]
[JsonSerializable(typeof(RefreshBody))]
[JsonSerializable(typeof(EdgeError))]
internal sealed partial class ServerJson : JsonSerializerContext;
