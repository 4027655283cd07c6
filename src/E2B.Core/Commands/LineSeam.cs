namespace E2B.Commands;

/// <summary>Decides what of a stream may be used after a place where some of it may be missing, so that no line is made of two.</summary>
/// <remarks>
/// The daemon sends what one read of a pipe brought, 32 KiB at most. After a shorter read the next starts where a
/// program's write did. So after a gap the beginning is dropped, up to the first end of line, when a line was
/// unfinished before, or when reads are full: then any of them may start within a line.
/// </remarks>
internal struct LineSeam
{
    private const int FullRead = 32 * 1024;

    private bool _lastWasFull;
    private bool _isAfterGap;
    private bool _isSkipping;

    /// <summary>Output may be missing from here on.</summary>
    public void Break(bool hasUnfinishedLine)
    {
        _isAfterGap = true;
        _isSkipping |= hasUnfinishedLine || _lastWasFull;
    }

    /// <summary>What of the next piece may be used.</summary>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> data)
    {
        _lastWasFull = data.Length >= FullRead;
        _isSkipping |= _isAfterGap && _lastWasFull;
        _isAfterGap &= data.IsEmpty;
        if (!_isSkipping)
        {
            return data;
        }

        int end = data.IndexOf((byte)'\n');
        _isSkipping = end < 0;
        return end < 0 ? [] : data[(end + 1)..];
    }
}
