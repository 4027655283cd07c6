using System.Globalization;
using System.Net.Http.Headers;
using E2B.Protocol;

namespace E2B.Transport;

/// <summary>What a streaming call tells the daemon in headers.</summary>
internal static class StreamHeaders
{
    // The protocol allows ten digits.
    private const double MaxMilliseconds = 9_999_999_999;

    public static void Add(HttpRequestHeaders headers, TimeSpan keepalive, TimeSpan? lifetime)
    {
        int seconds = Math.Max(1, (int)Math.Ceiling(keepalive.TotalSeconds));
        headers.TryAddWithoutValidation(E2BHeaders.KeepalivePingInterval, seconds.ToString(CultureInfo.InvariantCulture));
        if (lifetime is { TotalMilliseconds: <= MaxMilliseconds } limit)
        {
            headers.TryAddWithoutValidation(
                E2BHeaders.ConnectTimeout, ((long)Math.Ceiling(limit.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        }
    }
}
