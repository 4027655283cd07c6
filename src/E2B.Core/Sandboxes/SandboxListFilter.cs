namespace E2B;

/// <summary>Which sandboxes to list. All conditions must hold.</summary>
public sealed class SandboxListFilter
{
    /// <summary>Labels that a sandbox must have, with these values.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; }

    /// <summary>States that count; <see langword="null"/> or empty means running and paused.</summary>
    public IReadOnlyList<SandboxState>? States { get; set; }

    /// <summary>A template's id or name.</summary>
    public string? Template { get; set; }

    /// <summary>Only sandboxes started then or later.</summary>
    public DateTimeOffset? StartedAfter { get; set; }

    /// <summary>Oldest first. The service lists the newest first.</summary>
    public bool OldestFirst { get; set; }

    /// <summary>Sandboxes for each request, 1 to 100; <see langword="null"/> means the service's own choice. It is no limit of the whole list.</summary>
    public int? PageSize { get; set; }
}
