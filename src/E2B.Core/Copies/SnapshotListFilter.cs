namespace E2B;

/// <summary>Which snapshots to list. All conditions must hold.</summary>
public sealed class SnapshotListFilter
{
    /// <summary>The sandbox that they were made of, whether it still is there or not.</summary>
    public string? SandboxId { get; set; }

    /// <summary>Their name, or <c>name:tag</c>.</summary>
    public string? Name { get; set; }

    /// <summary>Snapshots for each request, 1 to 100; <see langword="null"/> means the service's own choice. It is no limit of the whole list.</summary>
    public int? PageSize { get; set; }
}
