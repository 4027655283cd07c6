using System.Collections.Concurrent;

namespace E2B.PowerShell.Session;

/// <summary>The sandboxes that this session has made, whoever has ended them since.</summary>
internal sealed class ManagedSandboxes
{
    private readonly ConcurrentDictionary<string, Sandbox> _byId = new(StringComparer.Ordinal);

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<Sandbox> All => (IReadOnlyCollection<Sandbox>)_byId.Values;

    public void Add(Sandbox sandbox) => _byId[sandbox.SandboxId] = sandbox;

    public bool Contains(string sandboxId) => _byId.ContainsKey(sandboxId);

    public void Forget(string sandboxId) => _byId.TryRemove(sandboxId, out _);
}
