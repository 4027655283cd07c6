using System.Net;

namespace E2B.LocalServer.Network;

/// <summary>
/// Where no sandbox gets, whatever it is allowed: what is not the internet. The host's own addresses are not among
/// them, since they change; the host takes nothing from sandboxes, whatever address of its own they name.
/// </summary>
internal static class ForbiddenRanges
{
    public static readonly IReadOnlyList<AddressRange> All =
    [
        .. ((string[])
        [
            "0.0.0.0/8", // this host
            "10.0.0.0/8", // private, and the sandboxes' own
            "100.64.0.0/10", // shared by carriers; clouds' inner services
            "127.0.0.0/8", // loopback
            "168.63.129.16/32", // a cloud's metadata
            "169.254.0.0/16", // link-local; metadata
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocols; metadata
            "192.168.0.0/16", // private
            "224.0.0.0/4", // multicast
            "240.0.0.0/4", // reserved; broadcast
        ]).Select(AddressRange.Parse),
    ];

    public static bool Contains(IPAddress address) => All.Any(range => range.Contains(address));
}
