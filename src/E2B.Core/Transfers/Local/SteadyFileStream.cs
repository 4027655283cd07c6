namespace E2B.Transfers.Local;

/// <summary>A local file's content as its listing promised it: a file that grows, shrinks or is written to meanwhile is an error.</summary>
internal sealed class SteadyFileStream : ForwardStream
{
    private readonly TransferEntry _entry;
    private readonly FileStream _file;
    private long _left;

    public SteadyFileStream(TransferEntry entry, long offset)
    {
        _entry = entry;
        _file = new FileStream(entry.SourcePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        _file.Position = offset;
        _left = entry.Size - offset;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await _file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw LocalErrors.Reading(_entry, e);
        }

        _left -= read;
        bool ends = read == 0 && !buffer.IsEmpty;
        if (_left < 0 || (ends && (_left > 0 || File.GetLastWriteTimeUtc(_file.SafeFileHandle) != _entry.ModifiedTime.UtcDateTime)))
        {
            throw LocalErrors.Changed(_entry);
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }
}
