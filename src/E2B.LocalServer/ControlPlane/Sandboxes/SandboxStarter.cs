using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>Gets started sandboxes from the host and tells their agents whose they are.</summary>
internal sealed class SandboxStarter(ISandboxHost host, SavedData saved, TimeProvider clock)
{
    /// <summary>Whether sandboxes can be paused, and their files saved.</summary>
    public bool CanPause => host.CanPause;

    /// <summary>Starts what a sandbox is to run in.</summary>
    /// <param name="id">The sandbox.</param>
    /// <param name="order">What its maker asked for.</param>
    /// <param name="token">Its access token.</param>
    /// <param name="disk">The disk that was kept of it; an empty one without.</param>
    /// <param name="log">Where its agent reports to.</param>
    /// <param name="cancellationToken">Gives it up; then nothing is left of it.</param>
    public async Task<IHostedSandbox> StartAsync(
        string id, SandboxOrder order, string? token, string? disk, SandboxLog log, CancellationToken cancellationToken)
    {
        var origin = new SandboxOrigin(order.Template.Limits)
        {
            Layers = [.. order.Template.Layers.Select(saved.Layers.Folder)],
            Disk = disk,
            Interpreter = order.Template.Interpreter,
            Volumes = [.. order.VolumeMounts.Select(mount => new SandboxVolume(saved.Volumes.Find(mount.Id) is null ? null : saved.Volumes.Disk(mount.Id), mount.Path))],
        };
        IHostedSandbox hosted = await host.TakeAsync(origin, cancellationToken);
        try
        {
            hosted.ReadAgentLines(log.WriteAgentLine);
            await SetEgressAsync(hosted, order);
            await GreetAsync(hosted, id, order, token, cancellationToken);
            if (order.Template.Interpreter)
            {
                await InterpreterProbe.WaitAsync(hosted, cancellationToken);
            }

            return hosted;
        }
        catch
        {
            await hosted.DisposeAsync();
            throw;
        }
    }

    private static async Task SetEgressAsync(IHostedSandbox hosted, SandboxOrder order)
    {
        try
        {
            await hosted.SetEgressAsync(NetworkOrder.PolicyOf(order.Network, order.AllowInternetAccess));
        }
        catch (NotSupportedException e)
        {
            throw ApiException.NetworkNotOffered(e);
        }
    }

    /// <summary>Tells an agent whose it is, or reminds it.</summary>
    public Task GreetAsync(IHostedSandbox hosted, string id, SandboxOrder order, string? token, CancellationToken cancellationToken) =>
        AgentHandshake.RunAsync(hosted, id, order, token, clock, cancellationToken);
}
