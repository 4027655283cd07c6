using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>What completers ask the service for.</summary>
internal static class RunningSandboxes
{
    /// <summary>A person waits at the prompt: a service that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    private static readonly SandboxListFilter _running = new() { States = [SandboxState.Running] };

    private static readonly SandboxListFilter _all = new();

    /// <summary>The client that the command line would use.</summary>
    public static E2BClient ClientFor(IDictionary boundParameters)
    {
        object? named = boundParameters["Connection"];
        var given = (named is PSObject wrapped ? wrapped.BaseObject : named) as E2BConnection;
        return Clients.For(Connections.Resolve(given, E2BSession.Current));
    }

    /// <summary>The running sandboxes, and the paused ones if asked for; none when the service does not answer in time or not at all.</summary>
    public static IReadOnlyList<SandboxInfo> List(IDictionary boundParameters, bool withPaused = false)
    {
        try
        {
            E2BClient client = ClientFor(boundParameters);
            using var limit = new CancellationTokenSource(_limit);
            return Task.Run(() => CollectAsync(client, withPaused ? _all : _running, limit.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }

    private static async Task<IReadOnlyList<SandboxInfo>> CollectAsync(
        E2BClient client, SandboxListFilter filter, CancellationToken cancellationToken)
    {
        var found = new List<SandboxInfo>();
        await foreach (SandboxInfo info in client.Sandboxes.ListAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            found.Add(info);
        }

        return found;
    }
}
