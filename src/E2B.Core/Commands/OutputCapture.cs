using System.Text;

namespace E2B.Commands;

/// <summary>Keeps the first bytes of a stream, up to a limit. One writes, several may look.</summary>
internal sealed class OutputCapture
{
    private const int BlockLength = 64 * 1024;

    private readonly object _gate = new();
    private readonly int _limit;
    private readonly List<byte[]> _blocks = [];
    private int _length;
    private int _usedOfLast;
    private int _lastLineEnd;
    private LineSeam _seam;

    public OutputCapture(int limit) => _limit = limit;

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsTruncated { get; private set; }

    public void Add(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            data = _seam.Take(data);
            int room = _limit - _length;
            if (data.Length > room)
            {
                IsTruncated = true;
                data = data[..room];
            }

            int lineEnd = data.LastIndexOf((byte)'\n');
            if (lineEnd >= 0)
            {
                _lastLineEnd = _length + lineEnd + 1;
            }

            Append(data);
        }
    }

    /// <summary>Output may be missing here: the line that was not complete goes, since what comes may be another's end.</summary>
    public void Gap()
    {
        lock (_gate)
        {
            // What was cut off by the limit is complete as far as it goes.
            if (!IsTruncated)
            {
                _seam.Break(hasUnfinishedLine: _lastLineEnd < _length);
                CutTo(_lastLineEnd);
            }
        }
    }

    /// <summary>What is kept, as text. A character cut by the limit becomes U+FFFD, as invalid bytes do.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            if (_blocks.Count == 0)
            {
                return string.Empty;
            }

            if (_blocks.Count == 1)
            {
                return Encoding.UTF8.GetString(_blocks[0], 0, _usedOfLast);
            }

            byte[] all = GC.AllocateUninitializedArray<byte>(_length);
            int position = 0;
            foreach (byte[] block in _blocks)
            {
                int part = Math.Min(block.Length, _length - position);
                block.AsSpan(0, part).CopyTo(all.AsSpan(position));
                position += part;
            }

            return Encoding.UTF8.GetString(all);
        }
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        _length += data.Length;
        while (!data.IsEmpty)
        {
            if (_blocks.Count == 0 || _usedOfLast == _blocks[^1].Length)
            {
                // Most commands say little: the first block is as large as what comes first.
                _blocks.Add(GC.AllocateUninitializedArray<byte>(_blocks.Count == 0 ? data.Length : Math.Max(BlockLength, data.Length)));
                _usedOfLast = 0;
            }

            byte[] last = _blocks[^1];
            int part = Math.Min(data.Length, last.Length - _usedOfLast);
            data[..part].CopyTo(last.AsSpan(_usedOfLast));
            _usedOfLast += part;
            data = data[part..];
        }
    }

    private void CutTo(int length)
    {
        while (_length > length)
        {
            int excess = _length - length;
            if (excess < _usedOfLast)
            {
                _usedOfLast -= excess;
                _length = length;
            }
            else
            {
                _length -= _usedOfLast;
                _blocks.RemoveAt(_blocks.Count - 1);
                _usedOfLast = _blocks.Count == 0 ? 0 : _blocks[^1].Length;
            }
        }
    }
}
