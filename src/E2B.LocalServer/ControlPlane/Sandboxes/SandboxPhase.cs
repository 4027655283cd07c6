namespace E2B.LocalServer.ControlPlane;

/// <summary>Where in its life a sandbox is.</summary>
internal enum SandboxState
{
    Running,

    /// <summary>Its files are being copied; it stands still meanwhile and goes on afterwards.</summary>
    Snapshotting,

    /// <summary>On its way to being paused. For clients it is paused.</summary>
    Pausing,

    Paused,

    /// <summary>On its way back. For clients it is paused.</summary>
    Resuming,

    /// <summary>Nobody finds it any more.</summary>
    Ended,
}

/// <summary>A sandbox's state and times, which belong together: replaced as one, so that readers need no lock.</summary>
/// <param name="State">Where in its life it is.</param>
/// <param name="StartedAt">When it was created, or last resumed.</param>
/// <param name="EndAt">When its lifetime ends; of a paused one, when it was paused.</param>
internal sealed record SandboxPhase(SandboxState State, DateTimeOffset StartedAt, DateTimeOffset EndAt)
{
    /// <summary>That of a sandbox which runs from now on.</summary>
    public static SandboxPhase Begun(DateTimeOffset now, TimeSpan lifetime) => new(SandboxState.Running, now, now + lifetime);

    /// <summary>The name it has in the cloud's messages.</summary>
    public string StateName => State.ToString().ToLowerInvariant();

    /// <summary>Whether clients are told that it runs, rather than that it is paused.</summary>
    public bool IsRunning => State is SandboxState.Running or SandboxState.Snapshotting;
}
