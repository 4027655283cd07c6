using System.Security.Cryptography;
using System.Text;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// The token for a sandbox's own ports, when they are restricted. Made of the sandbox's access token, so that it is
/// the same as long as the sandbox is, and leads to no other.
/// </summary>
internal static class TrafficToken
{
    /// <summary>The token; <see langword="null"/> when the ports are open to all.</summary>
    public static string? Of(Sandbox sandbox) =>
        sandbox is { Order.Network.AllowPublicTraffic: false, AccessToken: { } secret }
            ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), "traffic"u8))
            : null;

    /// <summary>Whether a token is the right one; takes the same time whatever is wrong.</summary>
    public static bool Matches(string token, string given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
