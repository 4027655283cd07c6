namespace E2B;

/// <summary>How far a copy is.</summary>
public sealed class TransferProgress
{
    /// <summary>Bytes copied.</summary>
    public long BytesDone { get; init; }

    /// <summary>Bytes to copy in all.</summary>
    public long BytesTotal { get; init; }

    /// <summary>Files and links copied.</summary>
    public int FilesDone { get; init; }

    /// <summary>Files and links to copy in all.</summary>
    public int FilesTotal { get; init; }

    /// <summary>What is being copied: a path relative to the source; empty when it is the source itself.</summary>
    public string CurrentPath { get; init; } = string.Empty;

    /// <summary>How long it has taken.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Bytes a second, from the start.</summary>
    public double BytesPerSecond => Elapsed > TimeSpan.Zero ? BytesDone / Elapsed.TotalSeconds : 0;

    /// <summary>How long the rest will take at this rate; <see langword="null"/> while nothing can be said.</summary>
    public TimeSpan? TimeLeft
    {
        get
        {
            (double done, double total) = BytesTotal > 0 ? (BytesDone, BytesTotal) : (FilesDone, FilesTotal);
            return done > 0 && Elapsed > TimeSpan.Zero
                ? TimeSpan.FromSeconds(Math.Min(Elapsed.TotalSeconds / done * Math.Max(0, total - done), TimeSpan.MaxValue.TotalSeconds / 2))
                : null;
        }
    }
}
