namespace E2B;

/// <summary>The signals that the daemon in a sandbox can send.</summary>
public enum StopSignal
{
    /// <summary>SIGKILL: ends a process at once; it cannot object.</summary>
    Kill,

    /// <summary>SIGTERM: asks a process to end. It may clean up, or ignore it.</summary>
    Term,
}

/// <summary>How to stop a process. Everything is optional.</summary>
public sealed class StopOptions
{
    /// <summary>How long processes have after SIGTERM unless <see cref="Grace"/> says otherwise: 5 s.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(5);

    /// <summary>Which signal is sent first.</summary>
    public StopSignal Signal { get; set; }

    /// <summary>Whether its descendants are stopped with it. Without, the signal goes to the one process, and its children survive.</summary>
    public bool Tree { get; set; } = true;

    /// <summary>
    /// With <see cref="Tree"/> and <see cref="StopSignal.Term"/>: how long to wait before those that are left are
    /// killed; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> means that nothing is waited for and nothing killed.
    /// </summary>
    public TimeSpan Grace { get; set; } = DefaultGrace;
}

/// <summary>What stopping a process did.</summary>
public sealed class StopResult
{
    /// <summary>The sandbox.</summary>
    public required string SandboxId { get; init; }

    /// <summary>The process that was to be stopped.</summary>
    public int Pid { get; init; }

    /// <summary>Whether it was there. The rest is empty when it was not.</summary>
    public bool WasRunning { get; init; }

    /// <summary>All that got the signal, the process itself first, then its descendants.</summary>
    public IReadOnlyList<int> Signalled { get; init; } = [];

    /// <summary>Those of them that did not end by SIGTERM within the grace and were killed, and what they had started meanwhile.</summary>
    public IReadOnlyList<int> Killed { get; init; } = [];

    /// <summary>Those that were found and could not be signalled.</summary>
    public IReadOnlyList<int> Refused { get; init; } = [];

    /// <summary>Whether descendants were looked for. Where no shell could be started for that, the process alone was signalled.</summary>
    public bool IsTree { get; init; }
}
