namespace E2B;

/// <summary>How a tunnel is to be. Everything is optional.</summary>
public sealed class PortTunnelOptions
{
    /// <summary>How many connections go through the tunnel at once unless <see cref="MaxConnections"/> says otherwise: 64.</summary>
    public const int DefaultMaxConnections = 64;

    /// <summary>The port on this machine; zero takes a free one, <see langword="null"/> the same number as in the sandbox.</summary>
    public int? LocalPort { get; init; }

    /// <summary>How many connections go through at once. Further ones wait. Each is a small process in the sandbox.</summary>
    public int MaxConnections { get; init; } = DefaultMaxConnections;
}
