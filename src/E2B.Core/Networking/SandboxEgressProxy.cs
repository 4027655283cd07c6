using System.Globalization;
using System.Text;
using E2B.Protocol.Rest;

namespace E2B;

/// <summary>A SOCKS5 proxy of the caller's own, through which a sandbox's TCP connections go. The service has to be able to reach it.</summary>
public sealed class SandboxEgressProxy
{
    private const int LongestCredential = 255;

    /// <summary>Names the proxy.</summary>
    /// <param name="address"><c>host:port</c>.</param>
    /// <param name="username">The user, up to 255 bytes; <see langword="null"/> where it asks for none.</param>
    /// <param name="password">The password, up to 255 bytes; only with a user.</param>
    /// <exception cref="E2BInvalidArgumentException">One of them cannot be.</exception>
    public SandboxEgressProxy(string address, string? username = null, string? password = null)
    {
        if (!IsHostAndPort(address))
        {
            throw new E2BInvalidArgumentException($"'{WithoutUser(address)}' is no address of a proxy. Give host:port, as in proxy.example.com:1080; user and password go apart from it.");
        }

        if (password is not null && string.IsNullOrEmpty(username))
        {
            throw new E2BInvalidArgumentException("A proxy's password needs a user. Give both, or neither.");
        }

        if (Encoding.UTF8.GetByteCount(username ?? string.Empty) > LongestCredential || Encoding.UTF8.GetByteCount(password ?? string.Empty) > LongestCredential)
        {
            throw new E2BInvalidArgumentException("A SOCKS5 proxy's user and password have 255 bytes at most.");
        }

        Address = address;
        Username = string.IsNullOrEmpty(username) ? null : username;
        Password = password;
    }

    /// <summary><c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>The user; <see langword="null"/> where it asks for none.</summary>
    public string? Username { get; }

    /// <summary>Never public: what shows objects would show it.</summary>
    internal string? Password { get; }

    internal EgressProxyModel ToModel() => new() { Address = Address, Username = Username, Password = Password };

    /// <summary>The address.</summary>
    public override string ToString() => Address;

    private static bool IsHostAndPort(string? address)
    {
        int colon = address?.LastIndexOf(':') ?? -1;
        if (colon <= 0
            || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            return false;
        }

        string host = address![..colon];
        return host.StartsWith('[')
            ? host.EndsWith(']') && Uri.CheckHostName(host) == UriHostNameType.IPv6
            : Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }

    private static string WithoutUser(string? address) => address is null ? string.Empty : address[(address.LastIndexOf('@') + 1)..];
}
