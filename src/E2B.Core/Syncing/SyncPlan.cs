using E2B.Transfers;

namespace E2B.Syncing;

/// <summary>What has to be done in the sandbox.</summary>
internal sealed class SyncPlan
{
    /// <summary>What is removed before anything is sent: it is in the way.</summary>
    public List<TransferEntry> Clear { get; } = [];

    /// <summary>What is sent, with the directories on the way to it, whose modes and times the copy would not know otherwise.</summary>
    public SortedDictionary<string, TransferEntry> Send { get; } = new(StringComparer.Ordinal);

    /// <summary>What is removed when everything else is there.</summary>
    public List<TransferEntry> Remove { get; } = [];

    /// <summary>What gets a mode and time only; directories whose content changes get their times last.</summary>
    public SortedDictionary<string, TransferEntry> Mark { get; } = new(StringComparer.Ordinal);

    /// <summary>The same for people, in the order of the listing.</summary>
    public List<(SandboxSyncAction Action, TransferEntry Entry)> Changes { get; } = [];

    public List<TransferFailure> Failures { get; } = [];

    public int Unchanged { get; set; }

    public bool IsEmpty => Clear.Count + Send.Count + Remove.Count + Mark.Count == 0;
}
