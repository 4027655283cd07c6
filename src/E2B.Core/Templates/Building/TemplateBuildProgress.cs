namespace E2B;

/// <summary>What is being done for a build.</summary>
public enum TemplateBuildPhase
{
    /// <summary>Local files are read for their hashes.</summary>
    Hashing,

    /// <summary>Files that the service lacks are sent.</summary>
    Uploading,

    /// <summary>The service builds.</summary>
    Building,
}

/// <summary>How far a build is.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="StepNumber">The step, from 1; 0 for what it starts from, and one more than <paramref name="StepCount"/> for what comes after the last.</param>
/// <param name="StepCount">How many steps there are; 0 where that is not known yet.</param>
/// <param name="Text">The step, as a line of a Dockerfile shows it; empty where not known yet.</param>
public sealed record TemplateBuildProgress(TemplateBuildPhase Phase, int StepNumber, int StepCount, string Text)
{
    /// <summary>Whether the step's layer came from the cache.</summary>
    public bool IsCached { get; init; }

    /// <summary>Bytes sent of the step's files; 0 unless uploading.</summary>
    public long BytesSent { get; init; }

    /// <summary>All bytes of the step's files; 0 unless uploading.</summary>
    public long BytesTotal { get; init; }
}
