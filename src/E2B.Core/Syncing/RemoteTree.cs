using System.Text;
using System.Text.RegularExpressions;
using E2B.Transfers;
using E2B.Transfers.Remote;

namespace E2B.Syncing;

/// <summary>What there is in the sandbox's directory.</summary>
internal static partial class RemoteTree
{
    // As many answers as fit well into what is kept of a command's output.
    private const int LinksAtOnce = 200;

    private const string ReadLinks = """xargs -0 sh -c 'for path do readlink -n -- "$path"; printf "\0"; done' sh""";

    /// <param name="sandbox">The sandbox.</param>
    /// <param name="shell">For what the daemon does not tell.</param>
    /// <param name="path">The directory, absolute.</param>
    /// <param name="options">As whom.</param>
    /// <param name="filter">What counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>By relative paths; without the directory itself, and without what copies that are under way have staged.</returns>
    public static async Task<IReadOnlyDictionary<string, TransferEntry>> ReadAsync(
        Sandbox sandbox, SandboxShell shell, string path, SandboxFileOptions options, TransferFilter filter, CancellationToken cancellationToken)
    {
        var report = new TransferReport(new TransferMeter(null));
        IReadOnlyList<TransferEntry> found = await new SandboxListing(sandbox, options, filter, recurse: true)
            .ReadAsync(new[] { new RemoteRoot(path, string.Empty) }, report, cancellationToken).ConfigureAwait(false);
        if (report.Failures.FirstOrDefault(static failure => (failure.Exception as TransferEntryException)?.Error != TransferEntryError.Special) is { } failure)
        {
            // What is not known could be taken for missing, and sent, or for there, and removed.
            throw failure.Exception;
        }

        var entries = new Dictionary<string, TransferEntry>(found.Count, StringComparer.Ordinal);
        foreach (TransferEntry entry in found.Where(static entry => entry.Path.Length > 0 && !IsStaging(entry.Path)))
        {
            entries[entry.Path] = entry;
        }

        // A pipe or socket is something as well: in the way of a file, or left over.
        foreach (TransferFailure special in report.Failures)
        {
            entries[special.Path] = new TransferEntry(special.Path, EntryKind.File) { SourcePath = TransferEntry.Join(path, special.Path), Size = -1 };
        }

        foreach (TransferEntry[] links in entries.Values.Where(static entry => entry.Kind == EntryKind.Link).Chunk(LinksAtOnce).ToList())
        {
            CommandResult result = await shell.FeedAsync(ReadLinks, [], ToInput(links.Select(static link => link.SourcePath)), cancellationToken).ConfigureAwait(false);
            string[] targets = result.StandardOutput.Split('\0');
            for (int i = 0; i < links.Length && i < targets.Length - 1; i++)
            {
                entries[links[i].Path] = links[i] with { LinkTarget = targets[i] };
            }
        }

        return entries;
    }

    /// <summary>Names for a program that reads them with a zero after each.</summary>
    public static byte[] ToInput(IEnumerable<string> names) => Encoding.UTF8.GetBytes(string.Concat(names.Select(static name => name + "\0")));

    private static bool IsStaging(string path) => path.Contains(".e2b-", StringComparison.Ordinal) && Staging().IsMatch(path);

    [GeneratedRegex(@"(^|/)\.[^/]*\.e2b-(part-)?[0-9a-f]{16}(/|\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Staging();
}
