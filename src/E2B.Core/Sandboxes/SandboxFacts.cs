namespace E2B.Sandboxes;

/// <summary>What a sandbox object knows about its sandbox, without asking.</summary>
/// <param name="Info">What the control plane last said; <see langword="null"/> for an object made of an id alone.</param>
internal sealed record SandboxFacts(SandboxInfo? Info)
{
    public SandboxState State { get; private init; } = Info?.State ?? SandboxState.Unknown;

    public DateTimeOffset? StartedAt { get; private init; } = Info?.StartedAt;

    public DateTimeOffset? EndAt { get; private init; } = Info?.EndAt;

    public SandboxResumption ResumedFrom { get; private init; }

    /// <summary>Whether the end was counted by this machine's clock. The service's may differ, and nobody knows by how much.</summary>
    public bool IsEndByOwnClock { get; private init; } = Info?.IsByOwnClock == true;

    /// <summary>From now to its end; zero for one that is paused or has ended.</summary>
    public TimeSpan? TimeLeft => State is SandboxState.Paused or SandboxState.Ended ? TimeSpan.Zero
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
            EndAt = !wasRunning ? end : EndAt is { } known && State == SandboxState.Running ? Later(known, end) : null,
            IsEndByOwnClock = !wasRunning || IsEndByOwnClock,
            ResumedFrom = resumption,
        };
    }

    /// <summary>The same after its lifetime was set.</summary>
    public SandboxFacts Limited(TimeSpan lifetime) => this with { EndAt = DateTimeOffset.UtcNow + lifetime, IsEndByOwnClock = true };

    /// <summary>The same after its lifetime was extended. Where the end is not known, it may be later still.</summary>
    public SandboxFacts Extended(TimeSpan lifetime) => EndAt is { } known ? this with { EndAt = Later(known, DateTimeOffset.UtcNow + lifetime) } : this;

    /// <summary>The same when it is gone.</summary>
    public SandboxFacts Ended() => this with
    {
        State = SandboxState.Ended,
        EndAt = EndAt is { } known && known < DateTimeOffset.UtcNow ? known : DateTimeOffset.UtcNow,
    };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
