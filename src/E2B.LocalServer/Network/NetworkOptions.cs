using System.Net;

namespace E2B.LocalServer.Network;

/// <summary>How sandboxes get at the internet.</summary>
public sealed record NetworkOptions
{
    /// <summary>TCP ports of the host's loopback that sandboxes reach at <see cref="SandboxNetwork.Gateway"/>; none without being named.</summary>
    public IReadOnlyList<int> HostPorts { get; init; } = [];

    /// <summary>Whom to ask for names; the host's resolvers where there is none.</summary>
    public IReadOnlyList<IPEndPoint> Resolvers { get; init; } = [];

    /// <summary>Connections that one sandbox may have at a time.</summary>
    internal int MostConnections { get; init; } = 4096;

    /// <summary>Connections of one sandbox that the server itself serves at a time: each takes two of its descriptors.</summary>
    internal int MostServed { get; init; } = 512;

    /// <summary>Names that one sandbox may be asking for at a time.</summary>
    internal int MostQuestions { get; init; } = 64;

    /// <summary>For tests: the file of the network namespace to take for the host's.</summary>
    internal string? HostNamespace { get; init; }

    /// <summary>For tests: changes the rules on the host, to see that an attack works without one of them.</summary>
    internal Func<string, string>? HostRules { get; init; }

    /// <summary>For tests: the same for the rules of the router.</summary>
    internal Func<string, string>? RouterRules { get; init; }
}
