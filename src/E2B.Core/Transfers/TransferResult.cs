namespace E2B;

/// <summary>What a copy did.</summary>
public sealed class TransferResult
{
    /// <summary>Where it was copied to: an absolute path.</summary>
    public required string Destination { get; init; }

    /// <summary>Files copied.</summary>
    public int Files { get; init; }

    /// <summary>Directories made, or found there.</summary>
    public int Directories { get; init; }

    /// <summary>Symbolic links copied, as links.</summary>
    public int Links { get; init; }

    /// <summary>Bytes copied.</summary>
    public long Bytes { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What is there now: paths relative to <see cref="Destination"/>, with a slash between names; empty for the destination itself.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>What could not be copied, and why. The rest was.</summary>
    public IReadOnlyList<TransferFailure> Failures { get; init; } = [];

    /// <summary>What else should be known, in words: that the sandbox has no tar, for one.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Throws the first failure, if there is one.</summary>
    /// <returns>This result.</returns>
    public TransferResult EnsureComplete()
    {
        if (Failures.Count > 0)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(Failures[0].Exception);
        }

        return this;
    }
}

/// <summary>Something that could not be copied.</summary>
/// <param name="Path">The entry: a path relative to the source; empty for the source itself.</param>
/// <param name="Exception">Why.</param>
public sealed record TransferFailure(string Path, Exception Exception);
