using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The member <c>network</c> of create, and the body of <c>PUT …/network</c>.</summary>
internal sealed record NetworkBody
{
    public IReadOnlyList<string>? AllowOut { get; init; }

    public IReadOnlyList<string>? DenyOut { get; init; }

    public bool? AllowPublicTraffic { get; init; }

    public string? MaskRequestHost { get; init; }

    public IReadOnlyList<int>? HttpsPorts { get; init; }

    public JsonElement? Rules { get; init; }

    public JsonElement? EgressProxy { get; init; }

    /// <summary>Of the update only. On the wire in snake_case, unlike its neighbours.</summary>
    [JsonPropertyName("allow_internet_access")]
    public bool? AllowInternetAccess { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
