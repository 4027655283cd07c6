using System.Globalization;

namespace E2B.LocalServer.Edge;

/// <summary>How a sandbox's maker wants its own ports spoken to.</summary>
/// <param name="HostMask">What programs are told as the host's name; <c>${PORT}</c> in it stands for the port. Empty or absent: what the client said.</param>
/// <param name="IsHttps">The program speaks HTTPS itself.</param>
internal sealed record ForwardOptions(string? HostMask, bool IsHttps)
{
    private const string PortPlaceholder = "${PORT}";

    public static ForwardOptions None { get; } = new(null, false);

    /// <summary>How long the head of a program's answer may be.</summary>
    public int MostHeadBytes { get; init; } = UpstreamConnection.MostHeadBytes;

    /// <summary>The name for one port.</summary>
    /// <returns><see langword="null"/> for the client's own.</returns>
    public string? HostFor(int port) =>
        string.IsNullOrEmpty(HostMask) ? null : HostMask.Replace(PortPlaceholder, port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
