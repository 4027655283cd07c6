namespace E2B.Transfers.Local;

/// <summary>Which names can be written on this machine.</summary>
internal static class LocalNames
{
    /// <summary>The entries that can be written; the others are reported.</summary>
    /// <param name="entries">What is to be copied.</param>
    /// <param name="report">Told of those that cannot be.</param>
    /// <param name="isWindows">Whether Windows' rules count.</param>
    /// <param name="ignoresCase">Whether names that differ in case alone are the same.</param>
    public static IReadOnlyList<TransferEntry> Accept(
        IReadOnlyList<TransferEntry> entries, TransferReport report, bool isWindows, bool ignoresCase)
    {
        var seen = new Dictionary<string, string>(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        var sound = new List<TransferEntry>(entries.Count);
        foreach (TransferEntry entry in entries)
        {
            if ((isWindows ? EntryNames.WhyNotWindows(entry.Path) : EntryNames.WhyNotPosix(entry.Path)) is { } why)
            {
                report.Fail(entry, TransferEntryError.Unsafe, why);
            }
            else if (!seen.TryAdd(entry.Path, entry.Path) && seen[entry.Path] != entry.Path)
            {
                report.Fail(entry, TransferEntryError.Unsafe, $"its name differs from '{seen[entry.Path]}' in case alone, and is the same on this machine.");
            }
            else
            {
                sound.Add(entry);
            }
        }

        return sound;
    }
}
