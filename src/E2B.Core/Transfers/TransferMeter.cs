using System.Diagnostics;

namespace E2B.Transfers;

/// <summary>Counts what is copied and says so, four times a second at the most.</summary>
internal sealed class TransferMeter(IProgress<TransferProgress>? progress)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _bytes;
    private int _files;
    private long _bytesTotal;
    private int _filesTotal;
    private long _next;

    public TimeSpan Elapsed => _watch.Elapsed;

    public void Begin(long bytes, int files)
    {
        Interlocked.Exchange(ref _bytesTotal, bytes);
        Interlocked.Exchange(ref _filesTotal, files);
    }

    public void AddBytes(long count, string path)
    {
        Interlocked.Add(ref _bytes, count);
        Tell(path);
    }

    public void AddFile(string path)
    {
        Interlocked.Increment(ref _files);
        Tell(path);
    }

    public void End() => progress?.Report(Now(string.Empty));

    private void Tell(string path)
    {
        if (progress is null)
        {
            return;
        }

        long now = _watch.ElapsedTicks;
        long next = Interlocked.Read(ref _next);
        if (now >= next && Interlocked.CompareExchange(ref _next, now + (_interval.Ticks * Stopwatch.Frequency / TimeSpan.TicksPerSecond), next) == next)
        {
            progress.Report(Now(path));
        }
    }

    private TransferProgress Now(string path) => new()
    {
        BytesDone = Interlocked.Read(ref _bytes),
        BytesTotal = Interlocked.Read(ref _bytesTotal),
        FilesDone = Volatile.Read(ref _files),
        FilesTotal = Volatile.Read(ref _filesTotal),
        CurrentPath = path,
        Elapsed = _watch.Elapsed,
    };
}
