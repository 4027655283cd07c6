using E2B.PowerShell.Binding;

namespace E2B.PowerShell.Files;

/// <summary>What is in directories, in the order of Get-ChildItem: all of a directory, then what is in those below it.</summary>
/// <param name="options">As whom.</param>
/// <param name="levels">How many levels, 1 for the directory alone.</param>
/// <param name="withHidden">Whether names that begin with a dot, and what is below them, are listed.</param>
internal sealed class EntryListing(SandboxFileOptions options, int levels, bool withHidden)
{
    /// <summary>Only names that match one of these, if there are any.</summary>
    public IReadOnlyList<Func<string, bool>> Include { get; init; } = [];

    /// <summary>Only names that match.</summary>
    public Func<string, bool>? Filter { get; init; }

    /// <summary>No names that match one of these.</summary>
    public IReadOnlyList<Func<string, bool>> Exclude { get; init; } = [];

    /// <summary>Only entries of a kind.</summary>
    public Func<SandboxEntry, bool>? Type { get; init; }

    /// <summary>Lists what a path means: a directory's entries, or the entries that match.</summary>
    public async Task<IReadOnlyList<ListedEntry>> ListAsync(EntryTarget target, CancellationToken stop)
    {
        IEnumerable<ListedEntry> found =
            !target.HasWildcards ? await ListDirectoryAsync(target, target.PlainPath, stop).ConfigureAwait(false)
            : levels == 1 ? await MatchAsync(target, stop).ConfigureAwait(false)
            : await SearchAsync(target, stop).ConfigureAwait(false);
        return [.. found.Where(IsWanted)];
    }

    private static ListedEntry ByName(SandboxEntry entry) => new(entry, entry.Name);

    private async Task<IEnumerable<ListedEntry>> MatchAsync(EntryTarget target, CancellationToken stop) =>
        (await target.FindAsync(options, withHidden, stop).ConfigureAwait(false)).Select(ByName);

    /// <summary>With levels below, names are looked for on each of them, as <c>Get-ChildItem *.log -Recurse</c> does.</summary>
    private async Task<IEnumerable<ListedEntry>> SearchAsync(EntryTarget target, CancellationToken stop)
    {
        string pattern = SandboxPath.NameOf(target.Path);
        EntryTarget parent = target with { Path = SandboxPath.ParentOf(target.Path) };
        IEnumerable<string> directories = parent.HasWildcards
            ? (await parent.FindAsync(options, withHidden, stop).ConfigureAwait(false)).Where(static entry => entry.IsDirectory).Select(static entry => entry.Path)
            : [parent.PlainPath];
        Func<string, bool> matches = SandboxGlob.Matcher(pattern, withHidden);
        var found = new List<ListedEntry>();
        foreach (string directory in directories)
        {
            found.AddRange((await ListDirectoryAsync(target, directory, stop, pattern.StartsWith('.')).ConfigureAwait(false)).Where(listed => matches(listed.Entry.Name)));
        }

        return found;
    }

    private async Task<IEnumerable<ListedEntry>> ListDirectoryAsync(EntryTarget target, string path, CancellationToken stop, bool hiddenNames = false)
    {
        IReadOnlyList<SandboxEntry> entries;
        try
        {
            entries = await target.Sandbox.Files.ListAsync(path, levels, options, stop).ConfigureAwait(false);
        }
        catch (E2BInvalidArgumentException)
        {
            // It is no directory, most likely. Listing first saves a request for all those that are.
            SandboxEntry entry = await target.Sandbox.Files.GetInfoAsync(path, options, stop).ConfigureAwait(false);
            if (entry.IsDirectory)
            {
                throw;
            }

            return [ByName(EntryArgument.Remember(entry, target.Origin))];
        }

        if (entries.Count == 0)
        {
            return [];
        }

        // The service names a directory before what is in it, so the first is a child of the directory asked for.
        string root = SandboxPath.ParentOf(entries[0].Path);
        ILookup<string, SandboxEntry> byDirectory = entries.ToLookup(static entry => SandboxPath.ParentOf(entry.Path));
        return Walk(root, byDirectory, hiddenNames).Select(entry =>
            new ListedEntry(EntryArgument.Remember(entry, target.Origin), entry.Path[(root.Length == 1 ? 1 : root.Length + 1)..]));
    }

    private IEnumerable<SandboxEntry> Walk(string directory, ILookup<string, SandboxEntry> byDirectory, bool hiddenNames)
    {
        foreach (SandboxEntry entry in byDirectory[directory].Where(entry => hiddenNames || IsShown(entry)))
        {
            yield return entry;
        }

        foreach (SandboxEntry below in byDirectory[directory].Where(IsShown).Where(entry => byDirectory.Contains(entry.Path)))
        {
            foreach (SandboxEntry entry in Walk(below.Path, byDirectory, hiddenNames))
            {
                yield return entry;
            }
        }
    }

    private bool IsShown(SandboxEntry entry) => withHidden || !entry.Name.StartsWith('.');

    private bool IsWanted(ListedEntry listed)
    {
        string name = listed.Entry.Name;
        return Type?.Invoke(listed.Entry) != false
            && Filter?.Invoke(name) != false
            && (Include.Count == 0 || Include.Any(matches => matches(name)))
            && !Exclude.Any(matches => matches(name));
    }
}
