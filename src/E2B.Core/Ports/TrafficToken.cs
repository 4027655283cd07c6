using E2B.Transport;

namespace E2B.Ports;

/// <summary>Finds the token for a sandbox's restricted ports.</summary>
internal static class TrafficToken
{
    /// <summary>The token; <see langword="null"/> when the ports are not restricted.</summary>
    /// <remarks>
    /// Create and connect tell it, a sandbox's description does not. So a sandbox that came from elsewhere is connected
    /// to, for a second, which leaves its lifetime as it is; but not a paused one, which that would resume.
    /// </remarks>
    public static async Task<string?> FindAsync(Sandbox sandbox, CancellationToken cancellationToken)
    {
        DaemonEndpoint endpoint = await sandbox.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false);
        if (endpoint.Access.TrafficAccessToken is { } token || sandbox.Client.Connection.Debug)
        {
            return endpoint.Access.TrafficAccessToken;
        }

        SandboxInfo info = await sandbox.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        if (info.State == SandboxState.Paused)
        {
            throw new E2BTimeoutException(
                E2BTimeoutKind.SandboxPaused,
                $"Could not find the traffic token of the sandbox {sandbox.SandboxId}: it is paused, and only one that runs tells it. Connect to the sandbox to resume it.")
            {
                SandboxId = sandbox.SandboxId,
            };
        }

        Sandbox connected = await sandbox.Client.Sandboxes.ConnectAsync(sandbox.SandboxId, TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        return (await connected.Daemon.GetEndpointAsync(cancellationToken).ConfigureAwait(false)).Access.TrafficAccessToken;
    }
}
