namespace E2B.LocalServer.Runtime;

/// <summary>How long the parts of a sandbox's start took.</summary>
/// <param name="Prepare">The id range and the disk image.</param>
/// <param name="Mount">The file systems.</param>
/// <param name="Container">runc, until the first process runs.</param>
public sealed record StartTimings(TimeSpan Prepare, TimeSpan Mount, TimeSpan Container)
{
    public TimeSpan Total => Prepare + Mount + Container;
}
