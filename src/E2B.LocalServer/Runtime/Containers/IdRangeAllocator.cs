namespace E2B.LocalServer.Runtime;

/// <summary>
/// Hands out id ranges that no other sandbox on the machine has, those of other servers included: a range is
/// claimed by a lock on a file, which the system drops when the server dies.
/// </summary>
internal sealed class IdRangeAllocator : IDisposable
{
    // Well clear of what distributions give to users (/etc/subuid) and of systemd's containers, and below 2^31,
    // since some programs keep an id in an int.
    private const uint FirstId = 0x1000_0000;
    private const uint EndId = 0x7fff_0000;

    private readonly string _directory;
    private readonly Lock _lock = new();
    private readonly Stack<IdRange> _free = new();
    private uint _next = FirstId;
    private bool _disposed;

    public IdRangeAllocator(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
    }

    public IdRange Take()
    {
        uint first;
        FileStream claim;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_free.TryPop(out var range))
            {
                return range;
            }

            (first, claim) = Claim();
        }

        try
        {
            return new IdRange(first, claim);
        }
        catch
        {
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Takes a range back; it stays claimed, its user namespace ready for the next sandbox.</summary>
    public void Return(IdRange range)
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _free.Push(range);
                return;
            }
        }

        range.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            while (_free.TryPop(out var range))
            {
                range.Dispose();
            }
        }
    }

    private (uint First, FileStream Claim) Claim()
    {
        for (; _next < EndId; _next += IdRange.Count)
        {
            try
            {
                // FileShare.None is an flock without waiting.
                var claim = new FileStream(Path.Combine(_directory, _next.ToString("x8", null)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                var first = _next;
                _next += IdRange.Count;
                return (first, claim);
            }
            catch (IOException)
            {
                // Another server's.
            }
        }

        throw new InvalidOperationException("Every range of user ids is in use.");
    }
}
