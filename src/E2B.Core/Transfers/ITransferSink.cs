namespace E2B.Transfers;

/// <summary>Where a copy goes. Everything arrives in a staging directory and is put into its place at the end.</summary>
internal interface ITransferSink
{
    /// <summary>The destination's absolute path, once it is prepared.</summary>
    string Destination { get; }

    /// <summary>Makes the staging directory.</summary>
    Task PrepareAsync(TransferReport report, CancellationToken cancellationToken);

    /// <summary>Leaves out what cannot be written here, with a report.</summary>
    IReadOnlyList<TransferEntry> Accept(IReadOnlyList<TransferEntry> entries, TransferReport report);

    /// <summary>Takes small files and links.</summary>
    Task WriteBulkAsync(IAsyncEnumerable<BulkItem> items, TransferReport report, CancellationToken cancellationToken);

    /// <summary>Whether an entry is staged already, from an earlier copy.</summary>
    bool Has(TransferEntry entry);

    /// <summary>How much of a file is there already, from an earlier copy.</summary>
    long OffsetOf(TransferEntry entry);

    /// <summary>Takes a file's content from an offset on.</summary>
    Task WriteFileAsync(TransferEntry entry, long offset, Stream content, CancellationToken cancellationToken);

    /// <summary>Takes a file away again that was staged in part.</summary>
    Task DiscardAsync(TransferEntry entry, CancellationToken cancellationToken);

    /// <summary>All contents have arrived: what is still to be done for them to be compared.</summary>
    Task CompleteAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken);

    /// <summary>The SHA-256 of staged files, by their relative paths.</summary>
    Task<IReadOnlyDictionary<string, string>> HashAsync(IReadOnlyList<TransferEntry> entries, CancellationToken cancellationToken);

    /// <summary>Puts everything into its place.</summary>
    Task CommitAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken);

    /// <summary>Removes the staging directory, as far as that can be done in a short time.</summary>
    Task AbortAsync();
}
