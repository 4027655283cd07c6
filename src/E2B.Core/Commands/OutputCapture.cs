using System.Text;

namespace E2B.Commands;

/// <summary>Keeps the first bytes of a stream, up to a limit.</summary>
internal sealed class OutputCapture
{
    private const int BlockLength = 64 * 1024;

    private readonly int _limit;
    private readonly List<byte[]> _blocks = [];
    private int _length;
    private int _usedOfLast;

    public OutputCapture(int limit) => _limit = limit;

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsTruncated { get; private set; }

    public void Add(ReadOnlySpan<byte> data)
    {
        int room = _limit - _length;
        if (data.Length > room)
        {
            IsTruncated = true;
            data = data[..room];
        }

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

    /// <summary>What is kept, as text. A character cut by the limit becomes U+FFFD, as invalid bytes do.</summary>
    public override string ToString()
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
