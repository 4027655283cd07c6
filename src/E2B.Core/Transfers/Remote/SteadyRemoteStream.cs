namespace E2B.Transfers.Remote;

/// <summary>
/// A sandbox's file as its listing promised it: one that has changed meanwhile is an error. Where the connection
/// breaks it goes on from there.
/// </summary>
internal sealed class SteadyRemoteStream(Sandbox sandbox, SandboxFileOptions options, TransferEntry entry, long offset, SandboxFileStream content) : ForwardStream
{
    private const int MaxAttempts = 3;

    private SandboxFileStream _content = content;
    private long _position = offset;
    private int _broken;

    public static TransferEntryException Changed(TransferEntry entry) => new(
        TransferEntryError.Changed, entry.SourcePath, $"Could not copy '{entry.SourcePath}': it changed in the sandbox while it was read. Copy it again when nobody writes to it.");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await _content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (E2BUnreachableException) when (++_broken < MaxAttempts)
        {
            await _content.DisposeAsync().ConfigureAwait(false);
            _content = await sandbox.Files.OpenReadAsync(entry.SourcePath, FileRange.From(_position), options, cancellationToken).ConfigureAwait(false);
            return await ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        _position += read;
        if (_position > entry.Size || (read == 0 && buffer.Length > 0 && !await IsSameAsync(cancellationToken).ConfigureAwait(false)))
        {
            throw Changed(entry);
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<bool> IsSameAsync(CancellationToken cancellationToken)
    {
        if (_position != entry.Size)
        {
            return false;
        }

        SandboxEntry now = await sandbox.Files.GetInfoAsync(entry.SourcePath, options, cancellationToken).ConfigureAwait(false);
        return now.Size == entry.Size && (now.ModifiedTime is null || now.ModifiedTime == entry.ModifiedTime);
    }
}
