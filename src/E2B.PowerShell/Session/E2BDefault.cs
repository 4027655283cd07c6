namespace E2B.PowerShell.Session;

/// <summary>What cmdlets of this session assume when a parameter is not given. Set-E2BDefault makes another one.</summary>
public sealed record E2BDefault
{
    /// <summary>The service's own lifetime of sandboxes.</summary>
    internal static readonly TimeSpan UsualLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The sandbox of cmdlets that are given none.</summary>
    public Sandbox? Sandbox { get; init; }

    /// <summary>The template of new sandboxes; <see langword="null"/> for the service's own, <c>base</c>.</summary>
    public string? Template { get; init; }

    /// <summary>Whether a sandbox is made where one is needed, none is named and there is no default one.</summary>
    public bool AutoCreateSandbox { get; init; }

    /// <summary>The lifetime of new sandboxes; <see langword="null"/> for the service's own, 5 minutes.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Labels that every new sandbox gets; its own come on top.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Environment variables that every new sandbox gets; its own come on top.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>How many sandboxes are worked on at a time.</summary>
    public int ThrottleLimit { get; init; } = 32;
}
