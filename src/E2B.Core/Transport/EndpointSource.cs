namespace E2B.Transport;

/// <summary>Knows a sandbox's endpoint, or finds it out at the first use: a list, for one, does not tell access tokens.</summary>
internal sealed class EndpointSource : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Func<CancellationToken, Task<DaemonEndpoint>>? _find;
    private volatile DaemonEndpoint? _known;

    public EndpointSource(DaemonEndpoint known) => _known = known;

    public EndpointSource(Func<CancellationToken, Task<DaemonEndpoint>> find) => _find = find;

    /// <summary>The endpoint if it is known by now.</summary>
    public DaemonEndpoint? Known => _known;

    public ValueTask<DaemonEndpoint> GetAsync(CancellationToken cancellationToken) =>
        _known is { } known ? new ValueTask<DaemonEndpoint>(known) : new ValueTask<DaemonEndpoint>(FindAsync(cancellationToken));

    /// <summary>Another endpoint from now on: a sandbox that was resumed may have another token, or another daemon.</summary>
    public void Renew(DaemonEndpoint endpoint) => _known = endpoint;

    public void Dispose() => _gate.Dispose();

    private async Task<DaemonEndpoint> FindAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_known is null)
            {
                DaemonEndpoint found = await _find!(cancellationToken).ConfigureAwait(false);

                // What Renew brought meanwhile is newer.
                _known ??= found;
            }

            return _known;
        }
        finally
        {
            _gate.Release();
        }
    }
}
