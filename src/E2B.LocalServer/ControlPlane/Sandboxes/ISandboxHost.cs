using E2B.LocalServer.Network;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What starts sandboxes. The control plane knows no more of them than this.</summary>
public interface ISandboxHost : IAsyncDisposable
{
    /// <summary>Checks what it needs, cleans up what a crashed server left behind, and fills its pool.</summary>
    /// <exception cref="ServerStartException">Something is missing; the message says what to do.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Hands out a started sandbox whose agent listens. Disposing it ends it. Several calls may run at once.</summary>
    Task<IHostedSandbox> TakeAsync(SandboxLimits limits, CancellationToken cancellationToken);
}

/// <summary>One started sandbox.</summary>
public interface IHostedSandbox : IAsyncDisposable
{
    /// <summary>Ends (successfully, whatever the reason) when the sandbox has stopped by itself or was disposed.</summary>
    Task Exited { get; }

    /// <summary>What it may use.</summary>
    SandboxLimits Limits { get; }

    /// <summary>A new connection to the agent's socket.</summary>
    ValueTask<Stream> ConnectAgentAsync(CancellationToken cancellationToken);

    /// <summary>A new connection to a TCP port in the sandbox.</summary>
    /// <exception cref="NotSupportedException">The host offers no ports.</exception>
    /// <exception cref="IOException">Nothing listens there; a <see cref="System.Net.Sockets.SocketException"/> says the same.</exception>
    ValueTask<Stream> ConnectPortAsync(int port, CancellationToken cancellationToken);

    /// <summary>Replaces the rules for where the sandbox may connect to, all at one moment.</summary>
    /// <exception cref="NotSupportedException">The host cannot enforce or offer it; the message says why.</exception>
    Task SetEgressAsync(EgressPolicy policy);
}

/// <summary>What a sandbox may use.</summary>
/// <param name="CpuCount">Processors.</param>
/// <param name="MemoryMB">Memory in MiB.</param>
/// <param name="DiskSizeMB">Disk in MiB.</param>
public sealed record SandboxLimits(int CpuCount, int MemoryMB, int DiskSizeMB);

/// <summary>Why the server cannot start, in one line for a person.</summary>
public sealed class ServerStartException : Exception
{
    public ServerStartException(string message)
        : base(message)
    {
    }

    public ServerStartException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public ServerStartException()
    {
    }
}
