using System.Collections;

namespace E2B.PowerShell.Session;

/// <summary>What cmdlets of this session assume when a parameter is not given.</summary>
public sealed class E2BDefault
{
    /// <summary>The sandbox of cmdlets that are given none.</summary>
    public Sandbox? Sandbox { get; set; }

    /// <summary>The template of new sandboxes; <see langword="null"/> for the service's own, <c>base</c>.</summary>
    public string? Template { get; set; }

    /// <summary>The lifetime of new sandboxes; <see langword="null"/> for the service's own, 5 minutes.</summary>
    public TimeSpan? Lifetime { get; set; }

    /// <summary>Labels that every new sandbox gets; its own come on top.</summary>
    public Hashtable? Metadata { get; set; }

    /// <summary>Environment variables that every new sandbox gets; its own come on top.</summary>
    public Hashtable? Environment { get; set; }

    /// <summary>How many sandboxes are worked on at a time.</summary>
    public int ThrottleLimit { get; set; } = 32;
}
