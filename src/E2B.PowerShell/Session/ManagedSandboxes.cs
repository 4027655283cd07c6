using System.Collections.Concurrent;

namespace E2B.PowerShell.Session;

/// <summary>The sandboxes that this session has made, and of which it does not know that they are gone.</summary>
internal sealed class ManagedSandboxes
{
    private readonly ConcurrentDictionary<string, (Sandbox Sandbox, long Number)> _byId = new(StringComparer.Ordinal);
    private long _made;

    /// <summary>All of them, the newest first.</summary>
    public IReadOnlyList<Sandbox> All => [.. _byId.Values.OrderByDescending(static made => made.Number).Select(static made => made.Sandbox)];

    public void Add(Sandbox sandbox) => _byId[sandbox.SandboxId] = (sandbox, Interlocked.Increment(ref _made));

    public bool Contains(string sandboxId) => _byId.ContainsKey(sandboxId);

    public void Forget(string sandboxId) => _byId.TryRemove(sandboxId, out _);
}
