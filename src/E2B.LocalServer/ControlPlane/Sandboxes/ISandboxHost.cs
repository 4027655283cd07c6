using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What starts sandboxes. The control plane knows no more of them than this.</summary>
public interface ISandboxHost : IAsyncDisposable
{
    /// <summary>Whether its sandboxes can be frozen, and their files saved.</summary>
    bool CanPause { get; }

    /// <summary>What keeps volumes; <see langword="null"/> where there are none.</summary>
    IVolumeHost? Volumes => null;

    /// <summary>Checks what it needs, cleans up what a crashed server left behind, and fills its pool.</summary>
    /// <exception cref="ServerStartException">Something is missing; the message says what to do.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Hands out a started sandbox whose agent listens. Disposing it ends it. Several calls may run at once.</summary>
    Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken);
}

/// <summary>One started sandbox.</summary>
public interface IHostedSandbox : IAsyncDisposable
{
    /// <summary>Ends (successfully, whatever the reason) when the sandbox has stopped by itself or was disposed.</summary>
    Task Exited { get; }

    /// <summary>What the host calls it; it has that name before it is anybody's sandbox.</summary>
    string Name => string.Empty;

    /// <summary>The end of what its agent and its services have written, for when something goes wrong.</summary>
    string AgentOutput => string.Empty;

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

    /// <summary>Gives each line that the agent writes from now on to a reader, which must not throw.</summary>
    void ReadAgentLines(Action<string> reader);

    /// <summary>Stops every process where it is, its memory kept, until <see cref="ThawAsync"/>.</summary>
    Task FreezeAsync();

    /// <summary>Lets frozen processes go on.</summary>
    Task ThawAsync();

    /// <summary>Copies what the sandbox has written to a new folder that can be a layer of others. Freeze it first.</summary>
    Task SaveLayerAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Gives the disk, with all that was written so far, a name under which it outlives the sandbox.</summary>
    Task KeepDiskAsync(string path);

    /// <summary>What it uses at the moment.</summary>
    /// <returns><see langword="null"/> where nobody counts.</returns>
    /// <exception cref="SandboxException">It has ended.</exception>
    SandboxUsage? ReadUsage();
}

/// <summary>What a sandbox is started from.</summary>
/// <param name="Limits">What it may use.</param>
public sealed record SandboxOrigin(SandboxLimits Limits)
{
    /// <summary>Folders of layers above the base, the lowest first.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>A disk that <see cref="IHostedSandbox.KeepDiskAsync"/> kept, made with these limits and layers; an empty one without.</summary>
    public string? Disk { get; init; }

    /// <summary>Whether the code interpreter's service runs in it.</summary>
    public bool Interpreter { get; init; }

    /// <summary>For tests: takes single protections away, to see that an attack works without them.</summary>
    internal ProtectionOverrides? Overrides { get; init; }

    /// <summary>Volumes to mount.</summary>
    public IReadOnlyList<SandboxVolume> Volumes { get; init; } = [];
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
