using System.Net;

namespace E2B.Transport;

/// <summary>The system's proxy, but never for this machine's own addresses: a server on the same machine is not behind a proxy.</summary>
internal sealed class SystemProxy : IWebProxy
{
    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException();
    }

    /// <summary>Without the user and password that it may have: the stack puts the address into messages. They are asked of <see cref="Credentials"/>.</summary>
    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : WithoutUser(HttpClient.DefaultProxy.GetProxy(destination));

    public bool IsBypassed(Uri host) => host.IsLoopback
        || host.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || HttpClient.DefaultProxy.IsBypassed(host);

    /// <summary>A proxy's address as it may be shown.</summary>
    internal static Uri? WithoutUser(Uri? address) =>
        address is { UserInfo.Length: > 0 } ? new UriBuilder(address) { UserName = string.Empty, Password = string.Empty }.Uri : address;
}
