namespace E2B;

/// <summary>The network of a sandbox to make. Everything is optional.</summary>
public sealed class SandboxNetworkOptions : SandboxEgressOptions
{
    /// <summary>
    /// Whether the sandbox's ports can be reached by who knows its id; <see langword="null"/> leaves it to the service,
    /// where they can. Otherwise they want the traffic token; only secure sandboxes can be so.
    /// </summary>
    public bool? AllowPublicTraffic { get; set; }

    /// <summary>
    /// What programs in the sandbox are told as the <c>Host</c> of requests, <c>${PORT}</c> standing for the port;
    /// <see langword="null"/> means the host name that the client used.
    /// </summary>
    public string? MaskRequestHost { get; set; }

    /// <summary>Ports, 1 to 65535, on which programs in the sandbox speak HTTPS. Their certificates are not checked.</summary>
    public IReadOnlyList<int>? HttpsPorts { get; set; }
}
