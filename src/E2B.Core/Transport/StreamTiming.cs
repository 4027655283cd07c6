namespace E2B.Transport;

/// <summary>How streams are watched. Tests make the times shorter.</summary>
internal sealed record StreamTiming
{
    /// <summary>The time between two signs of life that the daemon is asked for.</summary>
    /// <remarks>
    /// The official clients ask for 50 s. Here it is less, so that a connection that died without a word is noticed
    /// within the 30 s for which the daemon remembers how a process ended.
    /// </remarks>
    public TimeSpan Keepalive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is waited for beyond two missing signs of life.</summary>
    public TimeSpan SilenceGrace { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A connection on which no whole message came for this long is looked into.</summary>
    public TimeSpan SilenceLimit => (2 * Keepalive) + SilenceGrace;

    /// <summary>How long asking for a sandbox's health, or to attach again, may take.</summary>
    public TimeSpan AttemptLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it is tried to attach again, all in all.</summary>
    public TimeSpan RecoveryLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The waits before attaching again; after the last of them it is given up. They start anew when a connection was good for <see cref="StableAfter"/>.</summary>
    public IReadOnlyList<TimeSpan> RecoveryWaits { get; init; } =
        (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <summary>A connection over which something came after this time was a good one.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much later than the client the daemon ends a command at its limit: by then the client has ended its tree.</summary>
    public TimeSpan LimitGrace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long to wait for the word about the end of a command whose limit has passed.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromMilliseconds(1500);
}
