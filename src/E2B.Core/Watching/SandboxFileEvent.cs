namespace E2B;

/// <summary>A change in a watched directory, or word that changes may have been missed.</summary>
public sealed class SandboxFileEvent
{
    /// <summary>The sandbox that it happened in.</summary>
    public required string SandboxId { get; init; }

    /// <summary>What happened.</summary>
    public required SandboxFileEventType Type { get; init; }

    /// <summary>The absolute path of what it happened to.</summary>
    public required string Path { get; init; }

    /// <summary>The same relative to the watched directory; <c>.</c> for the directory itself.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What there was at the path when the event was sent, where that was asked for; <see langword="null"/> where
    /// nothing is, as after a removal.
    /// </summary>
    public SandboxEntry? Entry { get; init; }

    /// <summary>When it was received.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Whether events are or may be missing before this one: look through the directory to know what it holds.</summary>
    public bool IsLoss => Type is SandboxFileEventType.Gap or SandboxFileEventType.Overflow;

    /// <summary>What happened, and to what.</summary>
    public override string ToString() => $"{Type} {Path}";
}
