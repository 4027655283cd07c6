using E2B.Protocol.Rest;

namespace E2B;

/// <summary>The network rules of a sandbox, as the service tells them.</summary>
public sealed class SandboxNetworkInfo
{
    private readonly NetworkModel _model;
    private readonly bool? _allowInternetAccess;

    internal SandboxNetworkInfo(NetworkModel? model, bool? allowInternetAccess)
    {
        _model = model ?? new NetworkModel();
        _allowInternetAccess = allowInternetAccess;
    }

    /// <summary>What it may connect to, whatever is denied.</summary>
    public IReadOnlyList<string> AllowOut => _model.AllowOut ?? [];

    /// <summary>What it may not connect to.</summary>
    public IReadOnlyList<string> DenyOut => _model.DenyOut ?? [];

    /// <summary>The hosts for which requests are changed, with the names of the headers that are set.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SandboxNetworkRule>> Rules => (_model.Rules ?? new Dictionary<string, IReadOnlyList<NetworkRuleModel>>())
        .ToDictionary(pair => pair.Key, pair => (IReadOnlyList<SandboxNetworkRule>)(pair.Value ?? []).Select(rule => new SandboxNetworkRule(rule)).ToArray());

    /// <summary>The address of the proxy for its TCP connections; <see langword="null"/> when there is none.</summary>
    public string? EgressProxy => _model.EgressProxy?.Address;

    /// <summary>Whether its ports can be reached without the traffic token; <see langword="null"/> where the service does not say.</summary>
    public bool? AllowPublicTraffic => _model.AllowPublicTraffic;

    /// <summary>What programs in it are told as the <c>Host</c>; <see langword="null"/> when nothing special.</summary>
    public string? MaskRequestHost => _model.MaskRequestHost;

    /// <summary>Ports on which programs in it speak HTTPS.</summary>
    public IReadOnlyList<int> HttpsPorts => _model.HttpsPorts ?? [];

    /// <summary>An update that leaves the rules for traffic out as they are, to change what is to change.</summary>
    /// <param name="keepEgressProxy">Whether the proxy is kept. <see langword="false"/> leaves it out, to be named anew or not at all.</param>
    /// <exception cref="E2BInvalidArgumentException">There is a proxy to keep, which asks for a user: its password is never told, so it has to be named again.</exception>
    public SandboxNetworkUpdate ToUpdate(bool keepEgressProxy = true) => new()
    {
        AllowOut = _model.AllowOut,
        DenyOut = _model.DenyOut,
        Rules = _model.Rules is null ? null : Rules,
        EgressProxy = keepEgressProxy && _model.EgressProxy is { } proxy ? Again(proxy) : null,
        AllowInternetAccess = _allowInternetAccess,
    };

    private static SandboxEgressProxy Again(EgressProxyModel proxy) => proxy.Username is null
        ? new SandboxEgressProxy(proxy.Address)
        : throw new E2BInvalidArgumentException(
            $"The sandbox's traffic goes through the proxy {proxy.Address} as '{proxy.Username}', whose password the service does not tell. "
            + "Name the proxy again with user and password, or the sandbox would connect without it.");
}
