namespace E2B;

/// <summary>A tag: a name for one of a template's builds. Sandboxes are made with it by <c>template:tag</c>.</summary>
public sealed class TemplateTag
{
    /// <summary>The template's name or id, as it was asked for.</summary>
    public required string Template { get; init; }

    /// <summary>The tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The build that it stands for.</summary>
    public required string BuildId { get; init; }

    /// <summary>Since when, in UTC; <see langword="null"/> where the service does not say.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary><c>template:tag</c>.</summary>
    public override string ToString() => $"{Template}:{Tag}";
}
