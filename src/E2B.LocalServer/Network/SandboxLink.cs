using System.Collections.Concurrent;
using System.Net;

namespace E2B.LocalServer.Network;

/// <summary>One sandbox's place on the router: its address and where it may connect to.</summary>
internal sealed class SandboxLink : IAsyncDisposable
{
    /// <summary>Connections by name that one sandbox may have at a time: each takes two of the server's descriptors.</summary>
    private const int MostConnections = 512;

    private readonly SandboxNetwork _network;
    private readonly ConcurrentDictionary<Connection, byte> _connections = new();
    private readonly SemaphoreSlim _changing = new(1, 1);
    private volatile EgressPolicy _policy = EgressPolicy.Open;
    private int _version;
    private bool _ended;

    internal SandboxLink(SandboxNetwork network, string name, IPAddress address)
    {
        _network = network;
        Name = name;
        Address = address;
    }

    /// <summary>The router's end of it.</summary>
    public string Name { get; }

    /// <summary>The sandbox's address.</summary>
    public IPAddress Address { get; }

    public EgressPolicy Policy => _policy;

    /// <summary>
    /// Replaces the policy, all of it at one moment. Connections that the new one does not allow are cut: packets of
    /// those are refused, and those by name are closed.
    /// </summary>
    public async Task SetPolicyAsync(EgressPolicy policy)
    {
        await _changing.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            if (!(policy.IsOpen && _policy.IsOpen))
            {
                await _network.ChangeAsync(RouterRules.Change(Name, _policy, _version, policy, _version + 1));
                _version++;
            }

            _policy = policy;
            foreach (var connection in _connections.Keys)
            {
                connection.Review(policy);
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Enters a connection, which ends when a later policy no longer allows it, or with the sandbox.</summary>
    /// <exception cref="IOException">There are too many.</exception>
    public Connection Begin(Func<EgressPolicy, bool> isAllowed, CancellationToken ending)
    {
        if (_connections.Count >= MostConnections || _ended)
        {
            throw new IOException("too many connections");
        }

        return new Connection(this, isAllowed, ending);
    }

    /// <summary>Removes its rules. The interfaces go with the sandbox's network.</summary>
    public async ValueTask DisposeAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            foreach (var connection in _connections.Keys)
            {
                connection.End();
            }

            await _network.DetachAsync(this, _policy.IsOpen ? null : RouterRules.Change(Name, _policy, _version, EgressPolicy.Open, 0));
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>A connection that the server makes for the sandbox.</summary>
    internal sealed class Connection : IDisposable
    {
        private readonly SandboxLink _link;
        private readonly Func<EgressPolicy, bool> _isAllowed;
        private readonly CancellationTokenSource _end;

        public Connection(SandboxLink link, Func<EgressPolicy, bool> isAllowed, CancellationToken ending)
        {
            _link = link;
            _isAllowed = isAllowed;
            _end = CancellationTokenSource.CreateLinkedTokenSource(ending);
            Token = _end.Token;
            link._connections[this] = 0;
        }

        public CancellationToken Token { get; }

        public void Review(EgressPolicy policy)
        {
            if (!_isAllowed(policy))
            {
                End();
            }
        }

        public void End()
        {
            try
            {
                _end.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It had ended by then.
            }
        }

        public void Dispose()
        {
            _link._connections.TryRemove(this, out _);
            _end.Dispose();
        }
    }
}
