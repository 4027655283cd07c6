namespace E2B.Transfers;

/// <summary>How entries travel: small ones and links together, large files each by itself.</summary>
internal sealed class TransferPlan
{
    /// <summary>From this size on a file is a request of its own.</summary>
    public const long LargeFrom = 1024 * 1024;

    // What is lost when a part has to be sent again, and enough for the parts to cost nothing.
    private const long PartBytes = 32 * 1024 * 1024;
    private const int PartEntries = 4096;

    private TransferPlan(IReadOnlyList<TransferEntry> entries)
    {
        Entries = entries;
        Directories = entries.Where(static entry => entry.Kind == EntryKind.Directory).ToArray();
        Large = entries.Where(static entry => entry.Kind == EntryKind.File && entry.Size >= LargeFrom).ToArray();
        Parts = Cut(entries.Where(static entry => entry.Kind == EntryKind.Link || (entry.Kind == EntryKind.File && entry.Size < LargeFrom)));
    }

    public IReadOnlyList<TransferEntry> Entries { get; }

    public IReadOnlyList<TransferEntry> Directories { get; }

    public IReadOnlyList<TransferEntry> Large { get; }

    /// <summary>Small files and links, in parts of a bounded size.</summary>
    public IReadOnlyList<IReadOnlyList<TransferEntry>> Parts { get; }

    public IEnumerable<TransferEntry> Files => Entries.Where(static entry => entry.Kind == EntryKind.File);

    /// <summary>
    /// Makes a plan of a listing. What lies below something that is no directory, or is there twice, is reported and
    /// left out: no honest listing holds such.
    /// </summary>
    public static TransferPlan Of(IReadOnlyList<TransferEntry> entries, TransferReport report)
    {
        var kinds = new Dictionary<string, EntryKind>(entries.Count, StringComparer.Ordinal);
        var sound = new List<TransferEntry>(entries.Count);
        foreach (TransferEntry entry in entries)
        {
            if (!kinds.TryAdd(entry.Path, entry.Kind))
            {
                report.Fail(entry, TransferEntryError.Unsafe, "there are two entries of that name.");
            }
        }

        foreach (TransferEntry entry in entries)
        {
            if (report.HasFailed(entry.Path))
            {
                continue;
            }

            if (HasFalseParent(entry.Path, kinds))
            {
                report.Fail(entry, TransferEntryError.Unsafe, "it lies below something that is no directory.");
                continue;
            }

            sound.Add(entry);
        }

        return new TransferPlan(sound);
    }

    private static bool HasFalseParent(string path, Dictionary<string, EntryKind> kinds)
    {
        for (string? parent = TransferEntry.ParentOf(path); parent is not null; parent = TransferEntry.ParentOf(parent))
        {
            if (kinds.TryGetValue(parent, out EntryKind kind) && kind != EntryKind.Directory)
            {
                return true;
            }
        }

        return false;
    }

    private static List<IReadOnlyList<TransferEntry>> Cut(IEnumerable<TransferEntry> entries)
    {
        var parts = new List<IReadOnlyList<TransferEntry>>();
        var part = new List<TransferEntry>();
        long bytes = 0;
        foreach (TransferEntry entry in entries)
        {
            part.Add(entry);
            bytes += entry.Size;
            if (part.Count >= PartEntries || bytes >= PartBytes)
            {
                parts.Add(part);
                part = [];
                bytes = 0;
            }
        }

        if (part.Count > 0)
        {
            parts.Add(part);
        }

        return parts;
    }
}
