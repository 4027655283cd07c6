using System.Net;

namespace E2B.LocalServer.Network;

/// <summary>How sandboxes get at the internet.</summary>
public sealed record NetworkOptions
{
    /// <summary>TCP ports of the host's loopback that sandboxes reach at <see cref="SandboxNetwork.Gateway"/>; none without being named.</summary>
    public IReadOnlyList<int> HostPorts { get; init; } = [];

    /// <summary>Whom to ask for names; the host's resolvers where there is none.</summary>
    public IReadOnlyList<IPEndPoint> Resolvers { get; init; } = [];

    /// <summary>For tests: the file of the network namespace to take for the host's.</summary>
    internal string? HostNamespace { get; init; }

    /// <summary>For tests: changes the rules on the host, to see that an attack works without one of them.</summary>
    internal Func<string, string>? HostRules { get; init; }

    /// <summary>For tests: the same for the rules of the router.</summary>
    internal Func<string, string>? RouterRules { get; init; }
}
