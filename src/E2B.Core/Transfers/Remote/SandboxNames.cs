namespace E2B.Transfers.Remote;

/// <summary>Which names can be in a sandbox.</summary>
internal static class SandboxNames
{
    public static IReadOnlyList<TransferEntry> Accept(IReadOnlyList<TransferEntry> entries, TransferReport report)
    {
        var sound = new List<TransferEntry>(entries.Count);
        foreach (TransferEntry entry in entries)
        {
            if (EntryNames.WhyNotPosix(entry.Path) is { } why)
            {
                report.Fail(entry, TransferEntryError.Unsafe, why);
            }
            else
            {
                sound.Add(entry);
            }
        }

        return sound;
    }
}
