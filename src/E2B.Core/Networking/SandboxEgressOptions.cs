using System.Diagnostics.CodeAnalysis;

namespace E2B;

/// <summary>Rules for traffic out of a sandbox. Everything is optional; what is neither allowed nor denied is allowed.</summary>
public abstract class SandboxEgressOptions
{
    /// <summary>Every address there is, for the lists. They take the word <c>ALL_TRAFFIC</c> for it too.</summary>
    [SuppressMessage("Design", "CA1051", Justification = "A constant.")]
    public const string AllTraffic = "0.0.0.0/0";

    private protected SandboxEgressOptions()
    {
    }

    /// <summary>
    /// What the sandbox may connect to, whatever is denied: addresses, ranges (<c>192.0.2.0/24</c>) and host names
    /// (<c>example.com</c>, <c>*.example.com</c>). By itself it forbids nothing. Names need <see cref="AllTraffic"/> among what is denied.
    /// </summary>
    public IReadOnlyList<string>? AllowOut { get; set; }

    /// <summary>What the sandbox may not connect to: addresses and ranges. Names cannot be denied.</summary>
    public IReadOnlyList<string>? DenyOut { get; set; }

    /// <summary>
    /// What is changed in HTTP requests to hosts, by host name (<c>api.example.com</c>, <c>*.example.com</c>). A rule allows
    /// nothing by itself. Not every service has this.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<SandboxNetworkRule>>? Rules { get; set; }

    /// <summary>A SOCKS5 proxy of the caller's own for the sandbox's TCP connections. Not every service has this.</summary>
    public SandboxEgressProxy? EgressProxy { get; set; }
}
