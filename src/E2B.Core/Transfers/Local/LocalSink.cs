using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace E2B.Transfers.Local;

/// <summary>A destination on this machine. What comes from a sandbox is not trusted: nothing is written outside the destination.</summary>
internal sealed class LocalSink : ITransferSink
{
    private const int BufferLength = 128 * 1024;

    private readonly string? _resumeKey;
    private readonly bool _force;
    private readonly ConcurrentBag<TransferEntry> _links = [];
    private LocalStaging? _staging;
    private bool _isTree = true;
    private bool _isNew;

    /// <param name="path">The destination: an absolute path.</param>
    /// <param name="resumeKey">What tells this copy from others, when it may go on from an earlier one.</param>
    /// <param name="force">Whether read-only files are replaced.</param>
    public LocalSink(string path, string? resumeKey, bool force)
    {
        Destination = path;
        _resumeKey = resumeKey;
        _force = force;
    }

    public string Destination { get; }

    private LocalStaging Staging => _staging!;

    public IReadOnlyList<TransferEntry> Accept(IReadOnlyList<TransferEntry> entries, TransferReport report)
    {
        _isTree = !entries.Any(static entry => entry.Path.Length == 0 && entry.Kind != EntryKind.Directory);
        return LocalNames.Accept(entries, report, OperatingSystem.IsWindows(), OperatingSystem.IsWindows() || OperatingSystem.IsMacOS());
    }

    public Task PrepareAsync(TransferReport report, CancellationToken cancellationToken)
    {
        bool isDirectory = Directory.Exists(Destination);
        bool isTaken = !isDirectory && (File.Exists(Destination) || new FileInfo(Destination).LinkTarget is not null);
        if ((isDirectory && !_isTree) || (isTaken && _isTree))
        {
            throw new TransferEntryException(
                TransferEntryError.InTheWay,
                Destination,
                $"Could not copy to '{Destination}': a {(isDirectory ? "directory" : "file")} is there already.");
        }

        _isNew = !isDirectory;
        string home = isDirectory ? Destination : Path.GetDirectoryName(Destination)!;
        Directory.CreateDirectory(home);
        string name = _resumeKey is null ? StagingName.New(Destination) : StagingName.For(Destination, _resumeKey);
        _staging = new LocalStaging(Path.Combine(home, name), _resumeKey is not null);
        return Task.CompletedTask;
    }

    public bool Has(TransferEntry entry)
    {
        if (_resumeKey is null || entry.Kind != EntryKind.File)
        {
            return false;
        }

        var staged = new FileInfo(Staging.PathOf(entry));
        return staged.Exists && staged.LinkTarget is null && staged.Length == entry.Size && IsSameTime(staged.LastWriteTimeUtc, entry.ModifiedTime);
    }

    public long OffsetOf(TransferEntry entry)
    {
        var part = new FileInfo(Staging.PartOf(entry));
        if (_resumeKey is null || !part.Exists)
        {
            return 0;
        }

        return part.Length <= entry.Size ? part.Length : 0;
    }

    public async Task WriteBulkAsync(IAsyncEnumerable<BulkItem> items, TransferReport report, CancellationToken cancellationToken)
    {
        await foreach (BulkItem item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (item.Entry.Kind == EntryKind.Link)
            {
                _links.Add(item.Entry);
            }
            else
            {
                WriteSmall(item);
            }

            report.Meter.AddBytes(item.Content.Length, item.Entry.Path);
            report.Meter.AddFile(item.Entry.Path);
        }
    }

    public async Task WriteFileAsync(TransferEntry entry, long offset, Stream content, CancellationToken cancellationToken)
    {
        string part = Staging.PartOf(entry);
        var file = new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        });
        await using (file.ConfigureAwait(false))
        {
            file.SetLength(offset);
            file.Position = offset;
            await content.CopyToAsync(file, BufferLength, cancellationToken).ConfigureAwait(false);
        }
    }

    public Task DiscardAsync(TransferEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Kind == EntryKind.File)
        {
            File.Delete(Staging.PathOf(entry));
            File.Delete(Staging.PartOf(entry));
        }

        return Task.CompletedTask;
    }

    public Task CompleteAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken)
    {
        foreach (TransferEntry directory in plan.Directories)
        {
            Staging.MakeDirectory(directory);
        }

        foreach (TransferEntry file in plan.Large.Where(file => !report.HasFailed(file.Path) && !Has(file)))
        {
            Staging.MakeParent(file);
            File.Move(Staging.PartOf(file), Staging.PathOf(file), overwrite: true);
            using SafeFileHandle handle = File.OpenHandle(Staging.PathOf(file), FileMode.Open, FileAccess.Write);
            LocalAttributes.Set(handle, file);
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyDictionary<string, string>> HashAsync(IReadOnlyList<TransferEntry> entries, CancellationToken cancellationToken) =>
        LocalHashes.OfAsync(entries.Select(entry => (entry.Path, Staging.PathOf(entry))), cancellationToken);

    public Task CommitAsync(TransferPlan plan, TransferReport report, CancellationToken cancellationToken)
    {
        new LocalCommit(Staging, Destination, _isNew, _force, plan, report).Run(_links);
        Staging.Remove();
        return Task.CompletedTask;
    }

    public Task AbortAsync()
    {
        if (_staging is not null && _resumeKey is null)
        {
            try
            {
                _staging.Remove();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It was tried; why the copy failed is what counts.
            }
        }

        return Task.CompletedTask;
    }

    private static bool IsSameTime(DateTime local, DateTimeOffset remote) => LocalAttributes.Rounded(remote) == local;

    private void WriteSmall(BulkItem item)
    {
        Staging.MakeParent(item.Entry);
        string path = Staging.PathOf(item.Entry);

        // A file of an earlier copy, which may be read-only by now, is another file.
        File.Delete(path);
        using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, item.Content.Length);
        RandomAccess.Write(file, item.Content.Span, 0);
        LocalAttributes.Set(file, item.Entry);
    }
}
