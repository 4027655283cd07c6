using System.Collections.Concurrent;

namespace E2B.Transfers;

/// <summary>What went wrong with single entries, and how far the copy is. Written to by several workers at once.</summary>
internal sealed class TransferReport(TransferMeter meter)
{
    private readonly ConcurrentDictionary<string, Exception> _failed = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<TransferFailure> _failures = new();
    private readonly ConcurrentQueue<string> _warnings = new();

    public TransferMeter Meter { get; } = meter;

    public IReadOnlyList<TransferFailure> Failures => _failures.ToArray();

    public IReadOnlyList<string> Warnings => _warnings.ToArray();

    /// <summary>An entry is not copied. Only its first failure counts.</summary>
    public void Fail(string path, Exception exception)
    {
        if (_failed.TryAdd(path, exception))
        {
            _failures.Enqueue(new TransferFailure(path, exception));
        }
    }

    public void Fail(TransferEntry entry, TransferEntryError error, string why, Exception? cause = null) =>
        Fail(entry.Path, new TransferEntryException(error, entry.Display, $"Could not copy '{entry.Display}': {why}", cause));

    public bool HasFailed(string path) => _failed.ContainsKey(path);

    /// <summary>Whether an entry, or a directory that it is in, was not copied.</summary>
    public bool HasFailedWithin(string path)
    {
        for (string? at = path; at is not null && !_failed.IsEmpty; at = TransferEntry.ParentOf(at))
        {
            if (_failed.ContainsKey(at))
            {
                return true;
            }
        }

        return false;
    }

    public void Warn(string text) => _warnings.Enqueue(text);
}
