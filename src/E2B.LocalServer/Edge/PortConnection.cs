using System.Net.Security;
using System.Net.Sockets;
using E2B.LocalServer.ControlPlane;

namespace E2B.LocalServer.Edge;

/// <summary>Connections to a sandbox's own ports.</summary>
internal static class PortConnection
{
    // A program that was just started may not listen yet. The cloud waits as long, and scripts rely on it.
    private static readonly TimeSpan[] _pauses = [.. ((int[])[100, 200, 300, 400]).Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds))];

    /// <exception cref="EdgeException">501: the host offers no ports.</exception>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    public static async Task<Stream> OpenAsync(SandboxAccess sandbox, EdgeTarget target, CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                return await sandbox.ConnectPortAsync(target.Port, cancellationToken);
            }
            catch (SocketException) when (i < _pauses.Length)
            {
                await Task.Delay(_pauses[i], cancellationToken);
            }
            catch (NotSupportedException)
            {
                throw EdgeException.PortsNotOffered(target);
            }
        }
    }

    /// <summary>Speaks TLS over a connection. Whose certificate it is does not matter, as in the cloud: the way there is inside this machine.</summary>
    public static async Task<Stream> SecureAsync(Stream stream, string host, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
            };

            // CA5359 warns of what is wanted here.
#pragma warning disable CA5359
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
