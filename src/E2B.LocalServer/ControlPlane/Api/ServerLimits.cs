using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// What clients may ask of the server at most. No option, route or environment variable changes it; tests do, one at a
/// time, to see that what is refused is refused because of it.
/// </summary>
internal sealed record ServerLimits
{
    private const int OpenFilesPerConnection = 4;

    public static ServerLimits Default { get; } = new();

    /// <summary>Whether only names that nobody else can own lead here; see <see cref="HostNames"/>.</summary>
    public bool OnlyOurHostNames { get; init; } = true;

    /// <summary>Whether what the agents keep for the control plane is kept from others; see <see cref="Edge.InternalPaths"/>.</summary>
    public bool HideInternalPaths { get; init; } = true;

    /// <summary>
    /// Whether a request that could be for two sandboxes is for none, and a host name that names one counts more than
    /// headers do. A page from one sandbox may send any header to the name that it came from.
    /// </summary>
    public bool OneMeaningOnly { get; init; } = true;

    /// <summary>How long a client may take to send a request's head.</summary>
    public TimeSpan HeadTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of all headers of a request.</summary>
    public int HeaderBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of all headers of an answer from a sandbox.</summary>
    public int AnswerHeadBytes { get; init; } = Edge.UpstreamConnection.MostHeadBytes;

    /// <summary>Bytes of a body of the control plane's, which are small JSON. The edge has no such limit.</summary>
    public long BodyBytes { get; init; } = 1024 * 1024;

    /// <summary>How fast a body of the control plane's has to come. The edge has no such limit: its readers and writers may pause.</summary>
    public MinDataRate? BodyRate { get; init; } = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));

    /// <summary>Connections at a time, each of which may need one to a sandbox: so many that some of the server's files are always left.</summary>
    public long Connections { get; init; } = Math.Min(8192, Runtime.ProcessLimits.OpenFiles / OpenFilesPerConnection);
}
