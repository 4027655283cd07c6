namespace E2B;

/// <summary>Why a connection of a tunnel came to nothing.</summary>
public enum PortTunnelFailureReason
{
    /// <summary>Nothing listens on the port in the sandbox.</summary>
    NothingListens,

    /// <summary>The way into the sandbox could not be made or broke; <see cref="PortTunnelFailure.Exception"/> says why.</summary>
    Unreachable,
}

/// <summary>A connection of a tunnel that came to nothing. The tunnel goes on.</summary>
public sealed class PortTunnelFailure
{
    /// <summary>Why.</summary>
    public required PortTunnelFailureReason Reason { get; init; }

    /// <summary>What happened, for a person.</summary>
    public required string Message { get; init; }

    /// <summary>The cause, where there is one.</summary>
    public E2BException? Exception { get; init; }

    /// <summary>What happened.</summary>
    public override string ToString() => Message;
}
