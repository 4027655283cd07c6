using E2B.Protocol;
using E2B.Protocol.Rest;

namespace E2B.Networking;

/// <summary>From what users ask of a sandbox's network to what is on the wire. What cannot be is refused here.</summary>
internal static class NetworkModels
{
    private const string PortPlaceholder = "${PORT}";

    /// <summary>The member <c>network</c> of create.</summary>
    /// <exception cref="E2BInvalidArgumentException">Something cannot be.</exception>
    public static NetworkModel ToModel(SandboxNetworkOptions network, bool? allowInternetAccess, IReadOnlyCollection<string> tokenNames)
    {
        NetworkModel model = Egress(network, allowInternetAccess);
        foreach (NetworkRuleModel rule in (model.Rules ?? new Dictionary<string, IReadOnlyList<NetworkRuleModel>>()).Values.SelectMany(rules => rules))
        {
            CheckTokens(rule, tokenNames);
        }

        CheckMask(network.MaskRequestHost);
        foreach (int port in network.HttpsPorts ?? [])
        {
            if (port is <= 0 or > ushort.MaxValue or E2BDefaults.DaemonPort)
            {
                throw new E2BInvalidArgumentException(
                    $"{port} cannot be a port on which a program in the sandbox speaks HTTPS. Ports are 1 to 65535; {E2BDefaults.DaemonPort} is the daemon's own.");
            }
        }

        return model with
        {
            AllowPublicTraffic = network.AllowPublicTraffic,
            MaskRequestHost = network.MaskRequestHost,
            HttpsPorts = network.HttpsPorts,
        };
    }

    /// <summary>The body of an update.</summary>
    /// <exception cref="E2BInvalidArgumentException">Something cannot be.</exception>
    public static NetworkModel ToModel(SandboxNetworkUpdate update) =>
        Egress(update, update.AllowInternetAccess) with { AllowInternetAccess = update.AllowInternetAccess };

    private static NetworkModel Egress(SandboxEgressOptions options, bool? allowInternetAccess)
    {
        Destination[]? denied = options.DenyOut?.Select(Destination.Parse).ToArray();
        if (denied?.FirstOrDefault(static entry => entry.IsName) is { Text: { } name })
        {
            throw new E2BInvalidArgumentException($"'{name}' is a name, and only addresses and ranges can be denied. Deny ALL_TRAFFIC and allow what is to be reached.");
        }

        Destination[]? allowed = options.AllowOut?.Select(Destination.Parse).ToArray();
        string[]? denyOut = denied?.Select(static entry => entry.Text).ToArray();
        if (allowed?.FirstOrDefault(static entry => entry.IsName) is { Text: { } wanted } && denyOut?.Contains(SandboxEgressOptions.AllTraffic) != true)
        {
            // The service wants to see it in the list, though without internet access the same is denied.
            denyOut = allowInternetAccess == false
                ? [.. denyOut ?? [], SandboxEgressOptions.AllTraffic]
                : throw new E2BInvalidArgumentException($"Names such as '{wanted}' can only be allowed where all else is denied. Deny ALL_TRAFFIC too.");
        }

        return new NetworkModel
        {
            AllowOut = allowed?.Select(static entry => entry.Text).ToArray(),
            DenyOut = denyOut,
            Rules = options.Rules?.ToDictionary(static pair => CheckRuleHost(pair.Key), static IReadOnlyList<NetworkRuleModel> (pair) => CheckRules(pair.Key, pair.Value)),
            EgressProxy = options.EgressProxy?.ToModel(),
        };
    }

    private static string CheckRuleHost(string host) => host != "*" && Destination.IsHostName(host)
        ? host
        : throw new E2BInvalidArgumentException($"'{host}' is no host name that requests can be changed for. Give one (api.example.com), or all below it (*.example.com).");

    private static NetworkRuleModel[] CheckRules(string host, IReadOnlyList<SandboxNetworkRule> rules)
    {
        foreach ((string name, string value) in (rules ?? []).SelectMany(static rule => rule.Model.Transform?.Headers ?? new Dictionary<string, string>()))
        {
            // Values are not shown: they can be secrets.
            if (name.Length == 0 || !name.All(IsTokenCharacter))
            {
                throw new E2BInvalidArgumentException($"'{name}', for {host}, cannot be the name of a header.");
            }

            if (value is null || value.Any(char.IsControl))
            {
                throw new E2BInvalidArgumentException($"The value of the header {name}, for {host}, is missing or has control characters in it.");
            }
        }

        return (rules ?? []).Select(static rule => rule.Model).ToArray();
    }

    // What the service does not know as a token it would send as it stands, to be refused by who gets it.
    private static void CheckTokens(NetworkRuleModel rule, IReadOnlyCollection<string> tokenNames)
    {
        foreach (string value in (rule.Transform?.Headers ?? new Dictionary<string, string>()).Values)
        {
            int at = 0;
            while ((at = value.IndexOf(SandboxIdentityToken.PlaceholderStart, at, StringComparison.Ordinal)) >= 0)
            {
                at += SandboxIdentityToken.PlaceholderStart.Length;
                int end = value.IndexOf('}', at);
                string name = end < 0 ? value[at..] : value[at..end];
                if (end < 0 || !tokenNames.Contains(name))
                {
                    throw new E2BInvalidArgumentException($"A header of a network rule wants the identity token '{name}', which is not among the identity tokens of this sandbox.");
                }
            }
        }
    }

    private static void CheckMask(string? mask)
    {
        if (mask is null)
        {
            return;
        }

        string host = mask.Replace(PortPlaceholder, "1", StringComparison.Ordinal);
        int colon = host.LastIndexOf(':');
        bool hasPort = colon >= 0 && !host.EndsWith(']');
        if (!System.Text.Ascii.IsValid(host)
            || Uri.CheckHostName(hasPort ? host[..colon] : host) == UriHostNameType.Unknown
            || (hasPort && !(ushort.TryParse(host.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out ushort port) && port > 0)))
        {
            throw new E2BInvalidArgumentException(
                $"'{mask}' is no host to tell programs in the sandbox. Give a name in ASCII, with a port or ${{PORT}} if wanted, as in 'localhost:${{PORT}}'; PowerShell keeps ${{PORT}} in single quotes only.");
        }
    }

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
}
