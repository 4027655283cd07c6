using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using E2B.Transport;

namespace E2B.Diagnosis;

/// <summary>The way to the control plane: proxy, name, TCP.</summary>
internal sealed class NetworkPath
{
    private readonly E2BConnection _connection;
    private readonly Uri? _proxy;

    public NetworkPath(E2BConnection connection)
    {
        _connection = connection;
        IWebProxy proxy = connection.Proxy ?? new SystemProxy();
        _proxy = proxy.IsBypassed(connection.ApiUrl) ? null : SystemProxy.WithoutUser(proxy.GetProxy(connection.ApiUrl));
        _proxy = _proxy == connection.ApiUrl ? null : _proxy;
    }

    /// <summary>Whom this machine talks to itself: the proxy, or the server.</summary>
    private Uri FirstHop => _proxy ?? _connection.ApiUrl;

    public ConnectionCheck CheckProxy() => _proxy is null
        ? new("Proxy", CheckStatus.Passed, "None is used.")
        : new("Proxy", CheckStatus.Passed, $"Requests go through {_proxy.Authority} ({_connection.Settings.First(static s => s.Name == "Proxy").Source}).");

    public async Task<ConnectionCheck> CheckNameAsync(CancellationToken cancellationToken)
    {
        string host = FirstHop.DnsSafeHost;
        if (IPAddress.TryParse(host, out _))
        {
            return new("NameResolution", CheckStatus.Skipped, $"{host} is an address.");
        }

        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return new("NameResolution", CheckStatus.Passed, $"{host} is {string.Join(", ", addresses.Select(static a => a.ToString()))}.");
        }
        catch (SocketException e)
        {
            return new(
                "NameResolution",
                CheckStatus.Failed,
                $"{host} is not resolved: {e.SocketErrorCode}.",
                _proxy is null
                    ? "Check the network and its name server, and the domain or URL for a typing error. Behind a proxy set HTTPS_PROXY or -Proxy."
                    : "Check the proxy's name.");
        }
    }

    public async Task<ConnectionCheck> CheckConnectionAsync(CancellationToken cancellationToken)
    {
        string target = FirstHop.Authority;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        long start = Stopwatch.GetTimestamp();
        try
        {
            await socket.ConnectAsync(FirstHop.DnsSafeHost, FirstHop.Port, cancellationToken).ConfigureAwait(false);
            return new("Connection", CheckStatus.Passed, string.Create(
                CultureInfo.InvariantCulture, $"{target} takes connections ({Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms)."));
        }
        catch (SocketException e)
        {
            return new(
                "Connection",
                CheckStatus.Failed,
                $"No connection to {target}: {e.SocketErrorCode}.",
                e.SocketErrorCode == SocketError.ConnectionRefused
                    ? "Nothing listens there. Check the port, and that the server or proxy runs."
                    : "Check the network and firewalls. Behind a proxy set HTTPS_PROXY or -Proxy.");
        }
    }
}
