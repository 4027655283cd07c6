using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using E2B.PowerShell.Errors;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Binding;

/// <summary>The base of cmdlets that make a sandbox: what it is to be.</summary>
public abstract class CreatingCmdlet : EgressCmdlet
{
    /// <summary>The sandbox's lifetime in seconds. 300 without it.</summary>
    [Parameter]
    [ValidateRange(1, Limits.MaxSeconds)]
    public int TimeoutSec { get; set; }

    /// <summary>Labels, by which Get-E2BSandbox finds it again.</summary>
    [Parameter]
    [PlainValues]
    public Hashtable? Metadata { get; set; }

    /// <summary>Environment variables of every process in the sandbox.</summary>
    [Parameter]
    public Hashtable? Environment { get; set; }

    /// <summary>The daemon in the sandbox asks for an access token. On, unless it is switched off by -Secure:$false.</summary>
    [Parameter]
    public SwitchParameter Secure { get; set; } = true;

    /// <summary>The sandbox's ports want the traffic token.</summary>
    [Parameter]
    public SwitchParameter NoPublicTraffic { get; set; }

    /// <summary>What programs in the sandbox are told as the host of requests.</summary>
    [Parameter]
    public string? MaskRequestHost { get; set; }

    /// <summary>Ports on which programs in the sandbox speak HTTPS.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int[]? HttpsPort { get; set; }

    /// <summary>Identity tokens for -NetworkRule, by name: for whom each is.</summary>
    [Parameter]
    public Hashtable? IdentityToken { get; set; }

    /// <summary>MCP servers to start: the configuration of each by its name.</summary>
    [Parameter]
    public Hashtable? Mcp { get; set; }

    /// <summary>Volumes to mount: directory in the sandbox = name of the volume.</summary>
    [Parameter]
    [PlainValues]
    public Hashtable? VolumeMount { get; set; }

    /// <summary>What -WhatIf calls it.</summary>
    private protected string NameOf(SandboxCreateOptions options) => options.Template ?? (Mcp is null ? "base" : "mcp-gateway");

    /// <summary>The sandbox to make; what cannot be is an error.</summary>
    private protected bool TryGetOptions(object? template, [NotNullWhen(true)] out SandboxCreateOptions? options)
    {
        try
        {
            options = Options(template);
            return true;
        }
        catch (E2BInvalidArgumentException e)
        {
            WriteError(ErrorFactory.Create(e, template));
            options = null;
            return false;
        }
    }

    /// <summary>Adds what only this cmdlet asks for.</summary>
    private protected virtual void Complete(SandboxCreateOptions options)
    {
    }

    private SandboxCreateOptions Options(object? template)
    {
        E2BDefault defaults = Session.Defaults;
        var options = new SandboxCreateOptions
        {
            Template = TemplateArgument.GetName(template) ?? defaults.Template,
            Timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : defaults.Lifetime,
            Metadata = Tables.Merge(defaults.Metadata, Metadata),
            Environment = Tables.Merge(defaults.Environment, Environment),
            Secure = Secure,
            AllowInternetAccess = IsBound(nameof(NoInternet)) ? !NoInternet : null,
            VolumeMounts = Tables.Merge(null, VolumeMount),
            IdentityTokens = ToTokens(IdentityToken),
            Mcp = Mcp is null ? null : JsonTables.ToObject(Mcp),

            // A person can press Ctrl+C.
            McpStartTimeout = TimeSpan.Zero,
        };
        var network = new SandboxNetworkOptions
        {
            AllowPublicTraffic = IsBound(nameof(NoPublicTraffic)) ? !NoPublicTraffic : null,
            MaskRequestHost = MaskRequestHost,
            HttpsPorts = HttpsPort,
        };
        ApplyEgress(network);
        if (AllowsInVain(network, options.AllowInternetAccess))
        {
            WriteWarning(VainWarning);
        }

        options.Network = HasEgress || network.AllowPublicTraffic is not null || MaskRequestHost is not null || HttpsPort is not null ? network : null;
        Complete(options);
        return options;
    }

    private static Dictionary<string, SandboxIdentityToken>? ToTokens(Hashtable? table)
    {
        if (table is null)
        {
            return null;
        }

        var tokens = new Dictionary<string, SandboxIdentityToken>();
        foreach (DictionaryEntry entry in table)
        {
            tokens[LanguagePrimitives.ConvertTo<string>(entry.Key)] = entry.Value is PSObject { BaseObject: SandboxIdentityToken token }
                ? token
                : entry.Value as SandboxIdentityToken ?? new SandboxIdentityToken(LanguagePrimitives.ConvertTo<string>(entry.Value));
        }

        return tokens;
    }
}
