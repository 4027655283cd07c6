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

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback
        || host.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || HttpClient.DefaultProxy.IsBypassed(host);
}
