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

    public void Dispose() => _gate.Dispose();

    private async Task<DaemonEndpoint> FindAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _known ??= await _find!(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
