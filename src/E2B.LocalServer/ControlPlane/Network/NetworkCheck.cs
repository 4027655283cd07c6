using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using E2B.LocalServer.Network;
using E2B.Protocol;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Checks what is asked of a sandbox's network, with the cloud's words.</summary>
internal static class NetworkCheck
{
    private const string AllTraffic = "0.0.0.0/0";

    /// <summary>Reads the member <c>network</c> of create.</summary>
    /// <returns><see langword="null"/> when it is not given.</returns>
    public static NetworkOrder? Read(JsonElement? network, bool secure)
    {
        if (network is not { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } given)
        {
            return null;
        }

        NetworkBody body;
        try
        {
            body = given.Deserialize(ServerJson.Default.NetworkBody)!;
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest($"Error when parsing request: network: {e.Message}");
        }

        if (body.AllowPublicTraffic == false && !secure)
        {
            throw ApiException.BadRequest("You cannot create a sandbox without public access unless you enable secure envd access via 'secure' flag.");
        }

        CheckMask(body.MaskRequestHost);
        CheckHttpsPorts(body.HttpsPorts);
        CheckEgress(body);
        return new NetworkOrder
        {
            AllowOut = body.AllowOut,
            DenyOut = body.DenyOut,
            AllowPublicTraffic = body.AllowPublicTraffic,
            MaskRequestHost = body.MaskRequestHost,
            HttpsPorts = body.HttpsPorts,
        };
    }

    /// <summary>Checks the rules for traffic out of a sandbox.</summary>
    /// <exception cref="ApiException">400: they make no sense; 501: they cannot be had here.</exception>
    public static void CheckEgress(NetworkBody body)
    {
        string? missing =
            body.Rules is { ValueKind: not JsonValueKind.Null } rules && !(rules.ValueKind == JsonValueKind.Object && !rules.EnumerateObject().Any()) ? "rules" :
            body.EgressProxy is { ValueKind: not JsonValueKind.Null } ? "egressProxy" :
            body.Others?.FirstOrDefault(other => other.Value.ValueKind != JsonValueKind.Null).Key;
        if (missing is not null)
        {
            throw ApiException.NotOffered($"the option network.{missing}");
        }

        foreach (string entry in body.DenyOut ?? [])
        {
            if (!IsSpecified(entry))
            {
                throw ApiException.BadRequest($"invalid denied CIDR {entry}");
            }
        }

        bool hasNames = false;
        foreach (string entry in body.AllowOut ?? [])
        {
            hasNames |= CheckAllowed(entry);
        }

        if (hasNames && body.DenyOut?.Contains(AllTraffic) != true)
        {
            throw ApiException.BadRequest("When specifying allowed domains in allow out, you must include 'ALL_TRAFFIC' in deny out to block all other traffic.");
        }
    }

    /// <returns>Whether it is a name.</returns>
    private static bool CheckAllowed(string? entry)
    {
        if (entry is not null && IsAddress(entry, out AddressFamily family))
        {
            if (!IsSpecified(entry))
            {
                throw ApiException.BadRequest($"invalid allowed address {entry}");
            }

            return family == AddressFamily.InterNetwork
                ? false
                : throw ApiException.BadRequest($"invalid allowed address {entry}: sandboxes of the local server have no IPv6");
        }

        return entry is not null && NamePattern.TryParse(entry, out _)
            ? true
            : throw ApiException.BadRequest($"invalid entry in allow out: '{entry}' is no address, no range and no domain name (example.com, *.example.com)");
    }

    // As in the cloud: "0.0.0.0" and what begins so is refused, but for all traffic.
    private static bool IsSpecified(string? entry) =>
        entry == AllTraffic
        || (entry is not null && IsAddress(entry, out _) && IPAddress.TryParse(entry.Split('/')[0], out IPAddress? address)
            && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any));

    private static bool IsAddress(string entry, out AddressFamily family)
    {
        family = AddressFamily.InterNetwork;
        if (AddressRange.TryParse(entry, out _))
        {
            return true;
        }

        family = AddressFamily.InterNetworkV6;
        string[] parts = entry.Split('/');
        return parts.Length <= 2 && entry.Contains(':', StringComparison.Ordinal)
            && IPAddress.TryParse(parts[0], out IPAddress? address) && address.AddressFamily == family && !parts[0].Contains('%', StringComparison.Ordinal)
            && (parts.Length == 1 || (byte.TryParse(parts[1], System.Globalization.NumberStyles.None, null, out byte bits) && bits <= 128));
    }

    private static void CheckMask(string? mask)
    {
        if (mask is null)
        {
            return;
        }

        if (mask.Any(c => c > '~'))
        {
            throw ApiException.BadRequest($"mask request host '{mask}' is not ASCII. Please use ASCII characters only.");
        }

        // It becomes a header: nothing in it may end the line.
        if (mask.Any(c => c <= ' ') || (mask.Count(c => c == ':') > 1 && !mask.StartsWith('[')))
        {
            throw ApiException.BadRequest($"mask request host is not valid: {mask}");
        }
    }

    private static void CheckHttpsPorts(IReadOnlyList<int>? ports)
    {
        foreach (int port in ports ?? [])
        {
            if (port is <= 0 or > 65535 or E2BDefaults.DaemonPort)
            {
                throw ApiException.BadRequest($"network.httpsPorts: {port} is no port that a program in the sandbox can serve HTTPS on");
            }
        }
    }
}
