namespace E2B.LocalServer.Images;

/// <summary>Counts what an image takes, and stops when that is too much.</summary>
/// <param name="limits">What it may take.</param>
/// <param name="folder">Where it is written: some of that disk has to stay free.</param>
internal sealed class UnpackBudget(ImageLimits limits, string folder)
{
    private const long LookEvery = 64L << 20;

    private long _bytes;
    private long _looked = -LookEvery;
    private int _entries;

    /// <summary>One more file, directory or link.</summary>
    public void AddEntry()
    {
        if (++_entries > limits.Entries)
        {
            throw new InvalidDataException($"the image has more than {limits.Entries} files");
        }

        // It, too, takes room, whatever is in it.
        AddBytes(0);
    }

    /// <summary>Bytes that are about to be written.</summary>
    public void AddBytes(long count)
    {
        _bytes += count;
        if (_bytes > limits.UnpackedBytes)
        {
            throw new InvalidDataException($"the image is larger than {limits.UnpackedBytes >> 20} MiB when unpacked");
        }

        if (_bytes - _looked >= LookEvery || _entries % 4096 == 0)
        {
            _looked = _bytes;
            if (new DriveInfo(folder).AvailableFreeSpace < limits.FreeBytes)
            {
                throw new InvalidDataException("the machine's disk is too full to unpack the image");
            }
        }
    }
}
