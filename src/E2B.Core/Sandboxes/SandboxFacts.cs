namespace E2B.Sandboxes;

/// <summary>What a sandbox object knows about its sandbox, without asking.</summary>
/// <param name="Info">What the control plane last said; <see langword="null"/> for an object made of an id alone.</param>
internal sealed record SandboxFacts(SandboxInfo? Info)
{
    public SandboxState State { get; private init; } = Info?.State ?? SandboxState.Unknown;

    public DateTimeOffset? StartedAt { get; private init; } = Info?.StartedAt;

    public DateTimeOffset? EndAt { get; private init; } = Info?.EndAt;

    public SandboxResumption ResumedFrom { get; private init; }

    /// <summary>From now to its end; zero for one that is paused.</summary>
    public TimeSpan? TimeLeft => State == SandboxState.Paused ? TimeSpan.Zero
        : EndAt - DateTimeOffset.UtcNow is { } left ? (left > TimeSpan.Zero ? left : TimeSpan.Zero)
        : null;

    /// <summary>The same after the control plane was asked.</summary>
    public SandboxFacts Told(SandboxInfo info) => new(info) { ResumedFrom = ResumedFrom };

    /// <summary>The same after a pause.</summary>
    public SandboxFacts Paused(bool justNow) => this with
    {
        State = SandboxState.Paused,
        EndAt = justNow || State != SandboxState.Paused ? DateTimeOffset.UtcNow : EndAt,
    };

    /// <summary>The same after it was connected to, for so long from now.</summary>
    public SandboxFacts Connected(SandboxResumption resumption, TimeSpan lifetime)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset end = now + lifetime;
        bool wasRunning = resumption == SandboxResumption.None;
        return this with
        {
            State = SandboxState.Running,
            StartedAt = wasRunning ? StartedAt : now,

            // A running one may have had longer to live than is known here.
            EndAt = !wasRunning ? end : EndAt is { } known && State == SandboxState.Running ? (known > end ? known : end) : null,
            ResumedFrom = resumption,
        };
    }
}
