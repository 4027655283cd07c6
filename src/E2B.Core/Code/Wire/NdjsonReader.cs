using E2B.Protocol.Connect;

namespace E2B.Code.Wire;

/// <summary>Makes lines of bytes that arrive in pieces cut anywhere. It keeps one line at a time, however long that is.</summary>
/// <param name="read">Reads the next bytes; 0 means that there are no more.</param>
internal sealed class NdjsonReader(Func<Memory<byte>, ValueTask<int>> read)
{
    /// <summary>The buffer that is kept; a longer line gets a longer one for its own time.</summary>
    internal const int UsualBuffer = 64 * 1024;

    // What was received and not yet used is _buffer[_start.._end], and up to _scanned it has no end of line.
    private byte[] _buffer = [];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _completed;

    /// <summary>The room that is taken at present, in bytes.</summary>
    internal int Capacity => _buffer.Length;

    /// <summary>The next line that is not empty, without its end; <see langword="null"/> after the last one. It is good until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync()
    {
        while (true)
        {
            int found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
            if (found < 0 && !_completed)
            {
                _scanned = _end;
                MakeRoom();
                int length = await read(_buffer.AsMemory(_end)).ConfigureAwait(false);
                _completed = length == 0;
                _end += length;
                continue;
            }

            int end = found < 0 ? _end : _scanned + found;
            ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, end - _start);
            _start = _scanned = found < 0 ? _end : end + 1;
            if (!line.Span.Trim(" \r\t"u8).IsEmpty)
            {
                return line;
            }

            if (found < 0)
            {
                return null;
            }
        }
    }

    private void MakeRoom()
    {
        int kept = _end - _start;
        if (_end < _buffer.Length && (_buffer.Length == UsualBuffer || kept >= UsualBuffer))
        {
            return;
        }

        // Twice as much only where the line does not fit: room that the lines before it took is used first, or given back.
        int wanted = kept < UsualBuffer ? UsualBuffer : kept < _buffer.Length ? _buffer.Length : Larger(kept);
        byte[] target = wanted == _buffer.Length ? _buffer : GC.AllocateUninitializedArray<byte>(wanted);
        _buffer.AsSpan(_start, kept).CopyTo(target);
        (_buffer, _start, _scanned, _end) = (target, 0, _scanned - _start, kept);
    }

    private static int Larger(int length) => length < Array.MaxLength
        ? (int)Math.Min(2L * length, Array.MaxLength)
        : throw new FramingException($"A single event has {length} bytes and more, which is more than fits into memory at once.");
}
