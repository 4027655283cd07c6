namespace E2B.Transfers.Local;

/// <summary>What goes wrong with local files.</summary>
internal static class LocalErrors
{
    public static TransferEntryException Reading(TransferEntry entry, Exception cause) => cause as TransferEntryException ?? new TransferEntryException(
        TransferEntryError.Failed, entry.SourcePath, $"Could not read '{entry.SourcePath}': {cause.Message}", cause);

    public static TransferEntryException Changed(TransferEntry entry) => new(
        TransferEntryError.Changed, entry.SourcePath, $"Could not copy '{entry.SourcePath}': it changed while it was read. Copy it again when nobody writes to it.");
}
