using System.Net;

namespace E2B.LocalServer.Network;

/// <summary>
/// Where a sandbox may connect to, within what all may. What is allowed counts more than what is denied; what is
/// neither is allowed.
/// </summary>
public sealed record EgressPolicy
{
    /// <summary>Nothing allowed or denied: the whole internet.</summary>
    public static EgressPolicy Open { get; } = new();

    /// <summary>Nothing but the sandbox's own loopback.</summary>
    public static EgressPolicy Closed { get; } = new() { Denied = [AddressRange.All] };

    public IReadOnlyList<AddressRange> Allowed { get; init; } = [];

    public IReadOnlyList<AddressRange> Denied { get; init; } = [];

    /// <summary>Names allowed for HTTP on port 80 and TLS on port 443: as the client gives them, not what they resolve to.</summary>
    public IReadOnlyList<NamePattern> AllowedNames { get; init; } = [];

    /// <summary>Whether names can be looked up. Where everything is denied, looking up is a way out too, so only allowed names open it.</summary>
    internal bool AllowsLookups => AllowedNames.Count > 0 || !DeniesAll;

    /// <summary>Whether there is nothing to enforce.</summary>
    internal bool IsOpen => Allowed.Count == 0 && Denied.Count == 0 && AllowedNames.Count == 0;

    private bool DeniesAll => Denied.Contains(AddressRange.All);

    /// <summary>Whether a host name is allowed by name.</summary>
    internal bool Allows(string name) => AllowedNames.Any(pattern => pattern.Matches(name));

    /// <summary>Whether an address may be connected to.</summary>
    internal bool Allows(IPAddress address) =>
        Allowed.Any(range => range.Contains(address)) || !Denied.Any(range => range.Contains(address));
}
