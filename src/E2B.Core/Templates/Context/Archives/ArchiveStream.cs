using E2B.Transfers;
using Microsoft.Win32.SafeHandles;

namespace E2B.Templates.Context.Archives;

/// <summary>Reads an archive's file by positions of its own, so that an upload can be repeated.</summary>
internal sealed class ArchiveStream(SafeFileHandle file, long length) : ForwardStream
{
    private long _position;

    public override long Length => length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await RandomAccess.ReadAsync(file, buffer, _position, cancellationToken).ConfigureAwait(false);
        _position += read;
        return read;
    }
}
