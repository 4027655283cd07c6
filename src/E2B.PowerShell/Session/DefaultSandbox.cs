using System.Diagnostics;

namespace E2B.PowerShell.Session;

/// <summary>
/// The sandbox of cmdlets that are given none. With Set-E2BDefault -AutoCreateSandbox it is made when it is first needed,
/// and another one in its place when it is gone. However many ask at once, one is made.
/// </summary>
internal sealed class DefaultSandbox(E2BSession session) : IDisposable
{
    /// <summary>How long a sandbox that was seen alive is taken for alive. In this session nobody ends it unnoticed.</summary>
    private static readonly TimeSpan _trusted = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private volatile Sighting? _seen;

    /// <summary>Whether the answer needs no request.</summary>
    public bool IsAtHand => !session.Defaults.AutoCreateSandbox || (session.Defaults.Sandbox is { } sandbox && IsTrusted(sandbox));

    /// <summary>The default sandbox.</summary>
    /// <param name="client">Whose client it is made with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sandbox, if there is one, and what the person should know of how it came about.</returns>
    public async Task<(Sandbox? Sandbox, string? Made, string? Replaced)> GetAsync(E2BClient client, CancellationToken cancellationToken)
    {
        if (IsAtHand)
        {
            return (session.Defaults.Sandbox, null, null);
        }

        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Sandbox? before = session.Defaults.Sandbox;
            if (before is not null && (IsTrusted(before) || await IsThereAsync(before, cancellationToken).ConfigureAwait(false)))
            {
                return (before, null, null);
            }

            Sandbox made = await MakeAsync(client, cancellationToken).ConfigureAwait(false);
            return before is null
                ? (made, $"Made the sandbox {made.SandboxId} and made it the default one.", null)
                : (made, null, $"The default sandbox {before.SandboxId} is gone, with all it held. The new sandbox {made.SandboxId} has taken its place.");
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Sandbox> MakeAsync(E2BClient client, CancellationToken cancellationToken)
    {
        E2BDefault defaults = session.Defaults;
        Sandbox made = await client.Sandboxes.CreateAsync(
            new SandboxCreateOptions
            {
                Template = defaults.Template,
                Timeout = defaults.Lifetime,
                Metadata = defaults.Metadata?.ToDictionary(),
                Environment = defaults.Environment?.ToDictionary(),
            },
            cancellationToken).ConfigureAwait(false);
        session.Created(made);
        session.Defaults = session.Defaults with { Sandbox = made };
        Trust(made);
        return made;
    }

    /// <summary>Whether it is there, running or paused: a paused one holds somebody's work.</summary>
    private async Task<bool> IsThereAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        if (sandbox.Client.Connection.Debug)
        {
            return true;
        }

        try
        {
            await sandbox.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            Trust(sandbox);
            return true;
        }
        catch (SandboxNotFoundException)
        {
            session.Gone(sandbox.SandboxId);
            return false;
        }
    }

    private bool IsTrusted(Sandbox sandbox) =>
        _seen is { } seen && seen.SandboxId == sandbox.SandboxId && Stopwatch.GetElapsedTime(seen.At) < _trusted;

    private void Trust(Sandbox sandbox) => _seen = new(sandbox.SandboxId, Stopwatch.GetTimestamp());

    private sealed record Sighting(string SandboxId, long At);
}
