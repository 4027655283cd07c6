using System.Runtime.CompilerServices;

namespace E2B;

/// <summary>What the control plane does with sandboxes.</summary>
public sealed class SandboxOperations
{
    private readonly E2BClient _client;

    internal SandboxOperations(E2BClient client) => _client = client;

    /// <summary>Makes a sandbox. It runs when this returns.</summary>
    public Task<Sandbox> CreateAsync(SandboxCreateOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException(_client.ToString());

    /// <summary>Connects to a sandbox; one that is paused is resumed.</summary>
    public Task<Sandbox> ConnectAsync(string sandboxId, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>What the control plane says about a sandbox.</summary>
    public Task<SandboxInfo> GetAsync(string sandboxId, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Lists sandboxes, page by page as they are asked for.</summary>
    public async IAsyncEnumerable<SandboxInfo> ListAsync(
        SandboxListFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        _ = _client;
        yield break;
    }

    /// <summary>Ends a sandbox. False when it was not there.</summary>
    public Task<bool> KillAsync(string sandboxId, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Sets how long a sandbox lives, counted from now.</summary>
    public Task SetTimeoutAsync(string sandboxId, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>A sandbox object of what a list or <see cref="GetAsync"/> returned, without a call.</summary>
    public Sandbox Attach(SandboxInfo info) => throw new NotImplementedException();

    /// <summary>A sandbox object of an id, without a call.</summary>
    public Sandbox Attach(string sandboxId, SandboxAccess? access = null) => throw new NotImplementedException();
}
