using System.Formats.Tar;
using System.Runtime.CompilerServices;

namespace E2B.Transfers.Remote;

/// <summary>Writes entries as a tar archive, in pieces that are sent as they are made.</summary>
internal static class TarPacker
{
    private const int PieceLength = 256 * 1024;

    private const int EndLength = 1024;

    /// <param name="items">What to write.</param>
    /// <param name="written">Told of each entry that has been handed on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> PackAsync(
        IAsyncEnumerable<BulkItem> items, Action<BulkItem> written, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool isEmpty = true;
        using var piece = new PieceStream();
        var writer = new TarWriter(piece, TarEntryFormat.Pax, leaveOpen: true);
        await using (writer.ConfigureAwait(false))
        {
            await foreach (BulkItem item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                isEmpty = false;
                writer.WriteEntry(ToTar(item));
                written(item);
                if (piece.Length >= PieceLength)
                {
                    yield return piece.Written;
                    piece.Reset();
                }
            }
        }

        // An archive of nothing has an end all the same: tar takes no bytes at all for a failure.
        yield return isEmpty ? new byte[EndLength] : piece.Written;
    }

    private static PaxTarEntry ToTar(BulkItem item)
    {
        TransferEntry entry = item.Entry;
        TarEntryType type = entry.Kind switch
        {
            EntryKind.Directory => TarEntryType.Directory,
            EntryKind.Link => TarEntryType.SymbolicLink,
            _ => TarEntryType.RegularFile,
        };
        var tar = new PaxTarEntry(type, entry.Path.Length == 0 ? "./" : "./" + entry.Path)
        {
            Mode = entry.Mode,
            ModificationTime = entry.ModifiedTime < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : entry.ModifiedTime,
        };
        if (entry.Kind == EntryKind.Link)
        {
            tar.LinkName = entry.LinkTarget!;
        }
        else if (entry.Kind == EntryKind.File && item.Content.Length > 0)
        {
            System.Runtime.InteropServices.MemoryMarshal.TryGetArray(item.Content, out ArraySegment<byte> content);
            tar.DataStream = new MemoryStream(content.Array!, content.Offset, content.Count, writable: false);
        }

        return tar;
    }

    /// <summary>Memory that is written again and again; the archive has no way back in it.</summary>
    private sealed class PieceStream : Stream
    {
        private byte[] _buffer = new byte[PieceLength * 2];
        private int _length;

        public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Reset() => _length = 0;

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (_buffer.Length - _length < buffer.Length)
            {
                Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + buffer.Length));
            }

            buffer.CopyTo(_buffer.AsSpan(_length));
            _length += buffer.Length;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
