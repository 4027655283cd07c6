using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Completion;
using E2B.PowerShell.Pipeline;

namespace E2B.PowerShell.Binding;

/// <summary>The base of cmdlets that say what sandboxes may connect to.</summary>
public abstract class EgressCmdlet : ConnectedCmdlet
{
    private protected const string VainWarning =
        "Nothing is denied, so -AllowOut changes nothing. Add -NoInternet, or -DenyOut, to have the sandbox reach only what is allowed.";

    /// <summary>Addresses, ranges and host names that the sandbox may connect to, whatever is denied.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? AllowOut { get; set; }

    /// <summary>Addresses and ranges that it may not connect to; ALL_TRAFFIC for all.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [ArgumentCompleter(typeof(AllTrafficCompleter))]
    public string[]? DenyOut { get; set; }

    /// <summary>The sandbox reaches nothing but what -AllowOut names.</summary>
    [Parameter]
    public SwitchParameter NoInternet { get; set; }

    /// <summary>Headers that the service sets in requests to hosts: a hashtable of them for each host.</summary>
    [Parameter]
    public Hashtable? NetworkRule { get; set; }

    /// <summary>A SOCKS5 proxy for the sandbox's connections, as host:port.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? EgressProxy { get; set; }

    /// <summary>User and password for the proxy.</summary>
    [Parameter]
    [Credential]
    public PSCredential? EgressProxyCredential { get; set; }

    /// <summary>Whether any of these was given.</summary>
    private protected bool HasEgress =>
        IsBound(nameof(AllowOut)) || IsBound(nameof(DenyOut)) || IsBound(nameof(NoInternet)) || IsBound(nameof(NetworkRule)) || IsBound(nameof(EgressProxy));

    private protected bool IsBound(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    /// <summary>Puts what was given into the options; what was not, stays as it is there.</summary>
    /// <exception cref="E2BInvalidArgumentException">Something cannot be.</exception>
    private protected void ApplyEgress(SandboxEgressOptions options)
    {
        options.AllowOut = IsBound(nameof(AllowOut)) ? AllowOut ?? [] : options.AllowOut;
        options.DenyOut = IsBound(nameof(DenyOut)) ? DenyOut ?? [] : options.DenyOut;
        options.Rules = IsBound(nameof(NetworkRule)) ? ToRules(NetworkRule ?? []) : options.Rules;
        if (IsBound(nameof(EgressProxy)))
        {
            options.EgressProxy = string.IsNullOrEmpty(EgressProxy)
                ? null
                : new SandboxEgressProxy(EgressProxy, EgressProxyCredential?.UserName, EgressProxyCredential?.GetNetworkCredential().Password);
        }
        else if (EgressProxyCredential is not null)
        {
            throw new E2BInvalidArgumentException("-EgressProxyCredential needs a proxy. Name it with -EgressProxy host:port.");
        }
    }

    /// <summary>What is allowed matters only where something is denied: who gives a list of it alone mostly expects more.</summary>
    private protected bool AllowsInVain(SandboxEgressOptions options, bool? allowInternetAccess) =>
        AllowOut is { Length: > 0 } && options.DenyOut is null or [] && allowInternetAccess != false;

    private static Dictionary<string, IReadOnlyList<SandboxNetworkRule>> ToRules(Hashtable table)
    {
        var rules = new Dictionary<string, IReadOnlyList<SandboxNetworkRule>>();
        foreach (DictionaryEntry entry in table)
        {
            string host = LanguagePrimitives.ConvertTo<string>(entry.Key);
            rules[host] = entry.Value is IDictionary headers
                ? [ToRule(headers)]
                : throw new E2BInvalidArgumentException($"-NetworkRule has no hashtable of headers for '{host}'. Give @{{ '{host}' = @{{ Authorization = $secret }} }}.");
        }

        return rules;
    }

    private static SandboxNetworkRule ToRule(IDictionary headers)
    {
        var values = new Dictionary<string, string>();
        foreach (DictionaryEntry header in headers)
        {
            values[LanguagePrimitives.ConvertTo<string>(header.Key)] = JsonTables.ToText(header.Value);
        }

        return new SandboxNetworkRule(values);
    }
}
