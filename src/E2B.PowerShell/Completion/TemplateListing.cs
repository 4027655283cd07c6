using System.Collections;

namespace E2B.PowerShell.Completion;

/// <summary>What completers of templates ask the service for.</summary>
internal static class TemplateListing
{
    /// <summary>A page of the service's: more is more than a person looks through.</summary>
    private const int Most = 100;

    /// <summary>A person waits at the prompt: a service that takes longer than this completes nothing.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    /// <summary>The first of a list; none when the service does not answer in time or not at all.</summary>
    public static IReadOnlyList<T> First<T>(IDictionary boundParameters, Func<TemplateOperations, CancellationToken, IAsyncEnumerable<T>> list)
    {
        try
        {
            E2BClient client = RunningSandboxes.ClientFor(boundParameters);
            using var limit = new CancellationTokenSource(_limit);
            return Task.Run(() => CollectAsync(list(client.Templates, limit.Token))).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is E2BException or OperationCanceledException)
        {
            // A completer has nowhere to report to; the cmdlet itself will say what is wrong.
            return [];
        }
    }

    private static async Task<IReadOnlyList<T>> CollectAsync<T>(IAsyncEnumerable<T> list)
    {
        var found = new List<T>();
        await foreach (T one in list.ConfigureAwait(false))
        {
            found.Add(one);
            if (found.Count == Most)
            {
                break;
            }
        }

        return found;
    }
}
