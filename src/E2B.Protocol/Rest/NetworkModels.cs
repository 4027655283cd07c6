using System.Text.Json;
using System.Text.Json.Serialization;

namespace E2B.Protocol.Rest;

/// <summary>
/// The member <c>network</c> of create and of <c>GET /sandboxes/{id}</c>, and the body of <c>PUT …/network</c>, which
/// has the rules for traffic out of the sandbox alone.
/// </summary>
public sealed record NetworkModel
{
    /// <summary>Addresses, ranges and names that the sandbox may connect to, whatever else is denied.</summary>
    public IReadOnlyList<string>? AllowOut { get; init; }

    /// <summary>Addresses and ranges that it may not connect to.</summary>
    public IReadOnlyList<string>? DenyOut { get; init; }

    /// <summary>What is changed in requests to hosts, by host.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<NetworkRuleModel>>? Rules { get; init; }

    /// <summary>The SOCKS5 proxy that traffic out of the sandbox goes through.</summary>
    public EgressProxyModel? EgressProxy { get; init; }

    /// <summary>Whether the sandbox's ports can be reached without a token.</summary>
    public bool? AllowPublicTraffic { get; init; }

    /// <summary>What programs in the sandbox are told as the <c>Host</c>.</summary>
    public string? MaskRequestHost { get; init; }

    /// <summary>Ports on which programs in the sandbox speak HTTPS.</summary>
    public IReadOnlyList<int>? HttpsPorts { get; init; }

    /// <summary>Of the update only. On the wire in snake_case, unlike its neighbours.</summary>
    [JsonPropertyName("allow_internet_access")]
    public bool? AllowInternetAccess { get; init; }
}

/// <summary>What is changed in requests to a host.</summary>
public sealed record NetworkRuleModel
{
    /// <summary>What is changed.</summary>
    public NetworkTransformModel? Transform { get; init; }

    /// <summary>Members that this version does not know: sent back as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>What is changed in a request.</summary>
public sealed record NetworkTransformModel
{
    /// <summary>Headers to add or replace. Their values can be secrets.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Members that this version does not know: sent back as they came.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }

    /// <summary>The names of the headers; no values.</summary>
    public override string ToString() => string.Join(", ", Headers?.Keys ?? []);
}

/// <summary>A SOCKS5 proxy.</summary>
public sealed record EgressProxyModel
{
    /// <summary><c>host:port</c>.</summary>
    public required string Address { get; init; }

    /// <summary>The user, where it asks for one.</summary>
    public string? Username { get; init; }

    /// <summary>The password. Never in answers. A secret.</summary>
    public string? Password { get; init; }

    /// <summary>The address.</summary>
    public override string ToString() => Address;
}

/// <summary>Workload identity: tokens that are made anew for each request.</summary>
/// <param name="Tokens">By name.</param>
public sealed record IamModel(IReadOnlyDictionary<string, IamTokenModel> Tokens);

/// <summary>What a workload token is to be.</summary>
/// <param name="Audience">For whom it is.</param>
/// <param name="TokenType"><c>JWT-SVID</c>.</param>
public sealed record IamTokenModel(string Audience, string TokenType);
