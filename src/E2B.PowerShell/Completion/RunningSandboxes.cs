using System.Collections;
using System.Management.Automation;
using E2B.PowerShell.Session;

namespace E2B.PowerShell.Completion;

/// <summary>What completers ask the service for.</summary>
internal static class RunningSandboxes
{
    /// <summary>A person waits at the prompt: a service that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    /// <summary>The running sandboxes; none when the service does not answer in time or not at all.</summary>
    public static IReadOnlyList<SandboxInfo> List(IDictionary boundParameters)
    {
        try
        {
            var given = boundParameters["Connection"] is PSObject wrapped ? wrapped.BaseObject as E2BConnection : boundParameters["Connection"] as E2BConnection;
            E2BClient client = Clients.For(Connections.Resolve(given, E2BSession.Current));
            using var limit = new CancellationTokenSource(_limit);
            return Task.Run(() => CollectAsync(client, limit.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }

    private static async Task<IReadOnlyList<SandboxInfo>> CollectAsync(E2BClient client, CancellationToken cancellationToken)
    {
        var found = new List<SandboxInfo>();
        await foreach (SandboxInfo info in client.Sandboxes.ListAsync(null, cancellationToken).ConfigureAwait(false))
        {
            found.Add(info);
        }

        return found;
    }
}
