using System.Globalization;
using System.Net.Http.Headers;
using E2B.Protocol;

namespace E2B.Transport;

/// <summary>What a streaming call tells the daemon in headers.</summary>
internal static class StreamHeaders
{
    /// <summary>A connection on which nothing came for this long is dead: four keepalives are missing.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(4 * KeepaliveSeconds);

    private const int KeepaliveSeconds = 50;

    // The protocol allows ten digits.
    private const double MaxMilliseconds = 9_999_999_999;

    private static readonly string _keepalive = KeepaliveSeconds.ToString(CultureInfo.InvariantCulture);

    public static void Add(HttpRequestHeaders headers, TimeSpan? lifetime)
    {
        headers.TryAddWithoutValidation(E2BHeaders.KeepalivePingInterval, _keepalive);
        if (lifetime is { TotalMilliseconds: <= MaxMilliseconds } limit)
        {
            headers.TryAddWithoutValidation(
                E2BHeaders.ConnectTimeout, ((long)Math.Ceiling(limit.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        }
    }
}
