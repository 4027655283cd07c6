using System.Globalization;

namespace E2B.LocalServer.Network;

/// <summary>
/// The rules of the router. Those for all sandboxes are made once; a sandbox with a policy of its own has a chain and
/// two sets besides, replaced as a whole by every change of it.
/// </summary>
internal static class RouterRules
{
    public const string Uplink = "uplink";

    /// <summary>Sandboxes' interfaces are called so and a number.</summary>
    public const string LinkPrefix = "sb";

    private const string Table = "ip sandboxes";
    private const string Reject = "reject with icmp type admin-prohibited";

    public static string Build(int httpPort, int tlsPort, IReadOnlyList<int> hostPorts) => string.Create(CultureInfo.InvariantCulture, $$"""
        table {{Table}} {
            set forbidden { type ipv4_addr; flags interval; elements = { {{string.Join(", ", ForbiddenRanges.All)}} }; }
            set by_name { type ifname; }
            set without_names { type ifname; }
            map policies { type ifname : verdict; }
            chain redirecting {
                type nat hook prerouting priority dstnat; policy accept;
                iifname @by_name ip daddr != @forbidden tcp dport 80 redirect to :{{httpPort}}
                iifname @by_name ip daddr != @forbidden tcp dport 443 redirect to :{{tlsPort}}
            }
            chain masquerading {
                type nat hook postrouting priority srcnat; policy accept;
                oifname "{{Uplink}}" masquerade
            }
            chain passing {
                type filter hook forward priority filter; policy drop;
                ct state invalid drop
                iifname "{{Uplink}}" ct state established,related accept
                iifname "{{Uplink}}" drop
                oifname != "{{Uplink}}" {{Reject}}
                ip daddr @forbidden {{Reject}}
                iifname vmap @policies
                accept
            }
            chain to_router {
                type filter hook input priority filter; policy drop;
                iifname "{{Uplink}}" ct state established,related accept
                iifname "{{Uplink}}" drop
                ct status dnat tcp dport { {{httpPort}}, {{tlsPort}} } accept
                ip daddr != {{SandboxNetwork.Gateway}} {{Reject}}
                meta l4proto { tcp, udp } th dport 53 jump asking
        {{string.Join('\n', hostPorts.Select(HostPort))}}
                {{Reject}}
            }
            chain asking {
                iifname @without_names {{Reject}}
                accept
            }
            chain from_router {
                type filter hook output priority filter; policy accept;
                oifname "{{Uplink}}" ip daddr @forbidden {{Reject}}
            }
        }
        """);

    /// <summary>
    /// Limits how many connections one sandbox may have at a time: each takes a place in the host's table of them,
    /// which is the same for everybody.
    /// </summary>
    /// <param name="most">The number.</param>
    public static string Limit(int most) => string.Create(CultureInfo.InvariantCulture, $$"""
        add set {{Table}} talking { type ifname; size 65535; flags dynamic; }
        insert rule {{Table}} passing iifname != "{{Uplink}}" ct state new add @talking { iifname ct count over {{most}} } {{Reject}}
        """);

    /// <summary>The script that replaces one sandbox's policy.</summary>
    public static string Change(string link, EgressPolicy old, int oldVersion, EgressPolicy policy, int version)
    {
        var script = new List<string>();
        if (!old.IsOpen)
        {
            Forget(script, link, old);
        }

        if (!policy.IsOpen)
        {
            Introduce(script, link, policy, $"{link}v{version}");
        }

        if (!old.IsOpen)
        {
            string name = $"{link}v{oldVersion}";
            script.Add($"delete chain {Table} policy_{name}");
            script.Add($"delete set {Table} allowed_{name}");
            script.Add($"delete set {Table} denied_{name}");
        }

        return string.Join('\n', script) + "\n";
    }

    private static void Introduce(List<string> script, string link, EgressPolicy policy, string name)
    {
        AddSet(script, "allowed_" + name, policy.Allowed);
        AddSet(script, "denied_" + name, policy.Denied);
        script.Add($"add chain {Table} policy_{name}");
        script.Add($"add rule {Table} policy_{name} ip daddr @allowed_{name} accept");
        script.Add($"add rule {Table} policy_{name} ip daddr @denied_{name} {Reject}");
        script.Add($"add element {Table} policies {{ \"{link}\" : jump policy_{name} }}");
        if (policy.AllowedNames.Count > 0)
        {
            script.Add($"add element {Table} by_name {{ \"{link}\" }}");
        }

        if (!policy.AllowsLookups)
        {
            script.Add($"add element {Table} without_names {{ \"{link}\" }}");
        }
    }

    private static void Forget(List<string> script, string link, EgressPolicy policy)
    {
        script.Add($"delete element {Table} policies {{ \"{link}\" }}");
        if (policy.AllowedNames.Count > 0)
        {
            script.Add($"delete element {Table} by_name {{ \"{link}\" }}");
        }

        if (!policy.AllowsLookups)
        {
            script.Add($"delete element {Table} without_names {{ \"{link}\" }}");
        }
    }

    private static void AddSet(List<string> script, string name, IReadOnlyList<AddressRange> ranges)
    {
        script.Add($"add set {Table} {name} {{ type ipv4_addr; flags interval; auto-merge; }}");
        if (ranges.Count > 0)
        {
            script.Add($"add element {Table} {name} {{ {string.Join(", ", ranges)} }}");
        }
    }

    // An exception from what no sandbox reaches, not from what one sandbox is denied.
    private static string HostPort(int port) => string.Create(CultureInfo.InvariantCulture, $"""
                tcp dport {port} iifname vmap @policies
                tcp dport {port} accept
        """);
}
