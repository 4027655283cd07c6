using E2B.LocalServer.Edge;

namespace E2B.LocalServer.ControlPlane;

/// <summary>What traffic needs of a sandbox, from a start or resume to the pause or end that follows.</summary>
internal sealed class SandboxAccess : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly IHostedSandbox _hosted;

    public SandboxAccess(IHostedSandbox hosted, TimeProvider clock)
    {
        _hosted = hosted;
        Agent = new AgentConnections(hosted.ConnectAgentAsync, clock);
        Ended = _ended.Token;
    }

    /// <summary>Connections to its agent.</summary>
    public AgentConnections Agent { get; }

    /// <summary>Cancelled when it is paused or ends: what is under way with it ends too.</summary>
    public CancellationToken Ended { get; }

    public ValueTask<Stream> ConnectPortAsync(int port, CancellationToken cancellationToken) =>
        _hosted.ConnectPortAsync(port, cancellationToken);

    public void Dispose()
    {
        // The source itself is left to the collector: requests may be about to link to its token.
        _ended.Cancel();
        Agent.Dispose();
    }
}
