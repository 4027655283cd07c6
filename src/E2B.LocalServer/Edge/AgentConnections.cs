using System.Diagnostics.CodeAnalysis;

namespace E2B.LocalServer.Edge;

/// <summary>Connections to one sandbox's agent, kept for the next request.</summary>
internal sealed class AgentConnections(Func<CancellationToken, ValueTask<Stream>> connect, TimeProvider clock) : IDisposable
{
    private const int Most = 32;

    // Far below what the agent allows an idle connection (its web server's 130 s), so that it is never closed under us.
    private static readonly TimeSpan _idleLimit = TimeSpan.FromSeconds(30);
    private readonly Stack<(UpstreamConnection Connection, long Since)> _idle = new();
    private bool _disposed;

    /// <summary>A connection: a kept one where there is one.</summary>
    public ValueTask<UpstreamConnection> TakeAsync(CancellationToken cancellationToken) =>
        TryPop(out UpstreamConnection? kept) ? new(kept) : ConnectAsync(cancellationToken);

    /// <summary>A new connection.</summary>
    public async ValueTask<UpstreamConnection> ConnectAsync(CancellationToken cancellationToken) =>
        new(await connect(cancellationToken));

    /// <summary>Keeps a connection on which a request and its answer are both complete.</summary>
    public void Return(UpstreamConnection connection)
    {
        connection.IsReused = true;
        lock (_idle)
        {
            if (!_disposed && _idle.Count < Most)
            {
                _idle.Push((connection, clock.GetTimestamp()));
                return;
            }
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        lock (_idle)
        {
            _disposed = true;
            Clear();
        }
    }

    private bool TryPop([NotNullWhen(true)] out UpstreamConnection? connection)
    {
        lock (_idle)
        {
            if (_idle.TryPop(out (UpstreamConnection Connection, long Since) top))
            {
                if (clock.GetElapsedTime(top.Since) < _idleLimit)
                {
                    connection = top.Connection;
                    return true;
                }

                // The newest is on top: those below are older still.
                top.Connection.Dispose();
                Clear();
            }
        }

        connection = null;
        return false;
    }

    private void Clear()
    {
        while (_idle.TryPop(out (UpstreamConnection Connection, long Since) one))
        {
            one.Connection.Dispose();
        }
    }
}
