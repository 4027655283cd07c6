using System.Text;

namespace E2B.LocalServer.Network.Egress;

/// <summary>Finds the host name in the head of an HTTP request.</summary>
internal static class HttpHost
{
    /// <inheritdoc cref="ClientHello.TryFindName"/>
    public static bool TryFindName(ReadOnlySpan<byte> bytes, out string? name)
    {
        name = null;
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            // What begins with no word is no HTTP, and waiting for the rest of its head would be in vain.
            return bytes.Length > 0 && !char.IsAsciiLetter((char)bytes[0]);
        }

        string? host = null;
        var lines = Encoding.Latin1.GetString(bytes[..end]).Split("\r\n");
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || !line.AsSpan(0, colon).Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            // Two hosts: the server might take the other one.
            if (host is not null)
            {
                return true;
            }

            host = line[(colon + 1)..].Trim(' ', '\t');
        }

        // "name:port"; an IPv6 address in brackets is no name.
        var port = host?.LastIndexOf(':') ?? -1;
        name = host is null || host.StartsWith('[') ? null : port >= 0 ? host[..port] : host;
        return true;
    }
}
