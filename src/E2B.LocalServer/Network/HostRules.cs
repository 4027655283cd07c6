namespace E2B.LocalServer.Network;

/// <summary>The rules of a server on the host, in a table of its own.</summary>
internal static class HostRules
{
    private const string Reject = "reject with icmpx type admin-prohibited";

    /// <summary>The script that makes the table, in place of one that is there.</summary>
    /// <param name="claim">The link to the router.</param>
    /// <param name="opened">The interfaces on which the server has switched forwarding on.</param>
    public static string Build(UplinkClaim claim, IEnumerable<string> opened) => $$"""
        table inet {{claim.Table}}
        delete table inet {{claim.Table}}
        table inet {{claim.Table}} {
            set forbidden { type ipv4_addr; flags interval; elements = { {{string.Join(", ", ForbiddenRanges.All)}} }; }
            chain to_host {
                type filter hook input priority filter - 10; policy accept;
                iifname "{{claim.Interface}}" {{Reject}}
            }
            chain passing {
                type filter hook forward priority filter - 10; policy accept;
                iifname "{{claim.Interface}}" ip saddr != {{claim.RouterAddress}} drop
                iifname "{{claim.Interface}}" meta nfproto ipv6 drop
                iifname "{{claim.Interface}}" ip daddr @forbidden {{Reject}}
                iifname "{{claim.Interface}}" tcp flags syn tcp option maxseg size set rt mtu
                iifname "{{claim.Interface}}" accept
                oifname "{{claim.Interface}}" ct state established,related accept
                oifname "{{claim.Interface}}" drop
        {{string.Join('\n', opened.Select(Guard))}}
            }
            chain masquerading {
                type nat hook postrouting priority srcnat; policy accept;
                ip saddr {{claim.RouterAddress}} oifname != "{{claim.Interface}}" masquerade
            }
        }
        """;

    public static string Remove(string table) => $"table inet {table}\ndelete table inet {table}\n";

    // Forwarding was off there: the host must not become a router for its neighbours by our switching it on. What
    // other programs lead to somewhere else (a container's published port) is theirs to decide.
    private static string Guard(string opened) => $"""
                iifname "{opened}" ct status dnat accept
                iifname "{opened}" ct state new drop
        """;
}
