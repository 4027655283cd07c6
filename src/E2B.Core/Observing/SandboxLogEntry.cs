namespace E2B;

/// <summary>An entry of a sandbox's log.</summary>
public sealed class SandboxLogEntry
{
    /// <summary>The sandbox's id.</summary>
    public required string SandboxId { get; init; }

    /// <summary>When, in UTC.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>How much it matters. A level that this version does not know is shown as <see cref="SandboxLogLevel.Info"/>.</summary>
    public SandboxLogLevel Level { get; init; }

    /// <summary>What happened.</summary>
    public required string Message { get; init; }

    /// <summary>Particulars, such as a process's id; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
