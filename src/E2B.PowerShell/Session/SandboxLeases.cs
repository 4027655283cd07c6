using System.Collections.Concurrent;

namespace E2B.PowerShell.Session;

/// <summary>The sandboxes that this session keeps alive.</summary>
/// <param name="warn">Takes what a person should know of a lease that was lost.</param>
internal sealed class SandboxLeases(Action<string> warn) : IDisposable
{
    private readonly ConcurrentDictionary<string, SandboxLease> _byId = new(StringComparer.Ordinal);
    private volatile bool _isOver;

    public bool Contains(string sandboxId) => _byId.ContainsKey(sandboxId);

    /// <summary>Keeps a sandbox alive from now on; another lifetime takes the place of the one before.</summary>
    public void Add(Sandbox sandbox, TimeSpan lifetime)
    {
        SandboxLease lease = sandbox.KeepAlive(lifetime);
        SandboxLease? before = null;
        _byId.AddOrUpdate(sandbox.SandboxId, lease, (_, old) =>
        {
            before = old;
            return lease;
        });
        before?.Dispose();
        if (_isOver)
        {
            lease.Dispose();
        }

        _ = ForgetAsync(lease);
    }

    /// <summary>Keeps a sandbox alive no more, if it was.</summary>
    public bool End(string sandboxId)
    {
        if (!_byId.TryRemove(sandboxId, out SandboxLease? lease))
        {
            return false;
        }

        lease.Dispose();
        return true;
    }

    /// <summary>Keeps none alive any more, nor one to come.</summary>
    public void Dispose()
    {
        _isOver = true;
        foreach (string id in _byId.Keys)
        {
            End(id);
        }
    }

    /// <summary>Waits for the end of a lease. One that the session did not end itself was lost.</summary>
    private async Task ForgetAsync(SandboxLease lease)
    {
        SandboxLeaseEnd end = await lease.Ended.ConfigureAwait(false);
        if (_byId.TryRemove(new KeyValuePair<string, SandboxLease>(lease.SandboxId, lease)) && Reason(end, lease) is { } reason)
        {
            warn($"The sandbox {lease.SandboxId} is not kept alive any more: {reason}");
        }
    }

    private static string? Reason(SandboxLeaseEnd end, SandboxLease lease) => end switch
    {
        SandboxLeaseEnd.Gone => "it is gone.",
        SandboxLeaseEnd.Paused => "it is paused.",
        SandboxLeaseEnd.Refused or SandboxLeaseEnd.Unreachable => lease.Problem?.Message,
        _ => null,
    };
}
