namespace E2B.Transfers;

/// <summary>Where a copy comes from.</summary>
internal interface ITransferSource
{
    /// <summary>What there is, directories before what they hold. What cannot be copied is reported and left out.</summary>
    Task<IReadOnlyList<TransferEntry>> ListAsync(TransferReport report, CancellationToken cancellationToken);

    /// <summary>Small files and links with their content. What cannot be read is reported and left out.</summary>
    IAsyncEnumerable<BulkItem> ReadBulkAsync(IReadOnlyList<TransferEntry> entries, TransferReport report, CancellationToken cancellationToken);

    /// <summary>A file's content from an offset on.</summary>
    /// <exception cref="TransferEntryException">It cannot be read; or, while it is read, it has changed.</exception>
    Task<Stream> OpenAsync(TransferEntry entry, long offset, CancellationToken cancellationToken);

    /// <summary>The SHA-256 of files, by their relative paths. What cannot be read is left out.</summary>
    Task<IReadOnlyDictionary<string, string>> HashAsync(IReadOnlyList<TransferEntry> entries, CancellationToken cancellationToken);
}
