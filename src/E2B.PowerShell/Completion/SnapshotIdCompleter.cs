using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace E2B.PowerShell.Completion;

/// <summary>Offers the newest snapshots: their ids, or to a parameter -Name their names.</summary>
public sealed class SnapshotIdCompleter : IArgumentCompleter
{
    /// <summary>A page of the service's: more is more than a person looks through.</summary>
    private const int Most = 100;

    /// <summary>A person waits at the prompt: a service that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Quoting.Complete(
            List(fakeBoundParameters)
                .SelectMany(snapshot => parameterName.Equals("Name", StringComparison.OrdinalIgnoreCase) ? snapshot.Names : [snapshot.SnapshotId])
                .Distinct(StringComparer.OrdinalIgnoreCase),
            wordToComplete);

    private static IReadOnlyList<SnapshotInfo> List(IDictionary boundParameters)
    {
        try
        {
            E2BClient client = RunningSandboxes.ClientFor(boundParameters);
            using var limit = new CancellationTokenSource(_limit);
            return Task.Run(() => CollectAsync(client, limit.Token)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }

    private static async Task<IReadOnlyList<SnapshotInfo>> CollectAsync(E2BClient client, CancellationToken cancellationToken)
    {
        var found = new List<SnapshotInfo>();
        await foreach (SnapshotInfo snapshot in client.Snapshots.ListAsync(new SnapshotListFilter { PageSize = Most }, cancellationToken).ConfigureAwait(false))
        {
            found.Add(snapshot);
            if (found.Count == Most)
            {
                break;
            }
        }

        return found;
    }
}
