using System.Globalization;
using E2B.Errors;
using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B.Ports;

/// <summary>Decides by which URL a port of a sandbox is reached from this machine.</summary>
/// <remarks>
/// Names below <c>.localhost</c>, which a local server gives its sandboxes, do not resolve everywhere; so a local server
/// is asked for a listener on 127.0.0.1 instead. Only a control plane on this machine is asked. One that does not know
/// the route is no local server, and the sandbox's name counts, as it does everywhere else.
/// </remarks>
internal static class PortUrls
{
    public static async Task<Uri> GetAsync(Sandbox sandbox, int port, CancellationToken cancellationToken)
    {
        E2BConnection connection = sandbox.Client.Connection;
        if (connection.Debug)
        {
            return new Uri($"http://{connection.GetHost(sandbox.SandboxId, port)}");
        }

        DaemonEndpoint endpoint = await sandbox.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        if (IsThisMachine(connection.ApiUrl) && await TryListenAsync(sandbox, port, cancellationToken).ConfigureAwait(false) is { } url)
        {
            return url;
        }

        string host = connection.GetHost(sandbox.SandboxId, port, endpoint.Access.Domain);
        return Uri.TryCreate($"https://{host}", UriKind.Absolute, out Uri? named)
            ? IsThisMachine(named) ? new Uri($"http://{host}") : named
            : throw new E2BInvalidArgumentException($"'{host}' is no host name. Check the domain (E2B_DOMAIN or the option): it is a name such as e2b.app.");
    }

    /// <summary>Whether a URL leads to the machine it is used on; there is no TLS there.</summary>
    private static bool IsThisMachine(Uri url) => url.IsLoopback || url.Host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    private static async Task<Uri?> TryListenAsync(Sandbox sandbox, int port, CancellationToken cancellationToken)
    {
        var call = new RestCall(
            HttpMethod.Post,
            string.Create(CultureInfo.InvariantCulture, $"/local/sandboxes/{Uri.EscapeDataString(sandbox.SandboxId)}/ports/{port}"),
            $"open a way to port {port} of the sandbox {sandbox.SandboxId}",
            Repeat.Safe,
            SandboxId: sandbox.SandboxId,
            Missing: Missing.Something);
        try
        {
            LocalPortModel answer = await new ControlPlane(sandbox.Client)
                .SendAsync(call, RestJson.Default.LocalPortModel, cancellationToken).ConfigureAwait(false);
            return new Uri(answer.Url);
        }
        catch (E2BException e) when (e.StatusCode is 404 or 405 or 501)
        {
            // Not there is the route, or the sandbox: that is for whoever knows sandboxes to say.
            await sandbox.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
    }
}
