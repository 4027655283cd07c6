using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Network.Ports;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace E2B.LocalServer.Edge;

/// <summary>
/// Listeners on 127.0.0.1 for single ports of sandboxes: for programs that cannot resolve <c>*.localhost</c>, and for
/// protocols that have no host name. Each is there until its sandbox ends.
/// </summary>
internal sealed class PortListeners(SandboxServices services, Action<string> log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(EdgeTarget Target, bool IsHttp), Lazy<Task<IListener>>> _listeners = new();
    private volatile bool _closed;

    private interface IListener : IAsyncDisposable
    {
        int Port { get; }
    }

    /// <summary>The port on 127.0.0.1 that leads to a sandbox's port.</summary>
    /// <param name="sandbox">The sandbox.</param>
    /// <param name="port">Its port.</param>
    /// <param name="isHttp">HTTP, with all the edge does for it; otherwise bytes as they are.</param>
    public async Task<int> OpenAsync(Sandbox sandbox, int port, bool isHttp)
    {
        var key = (new EdgeTarget(sandbox.Id, port), isHttp);
        var mine = new Lazy<Task<IListener>>(() => StartAsync(key.Item1, isHttp));
        Lazy<Task<IListener>> entry = _listeners.GetOrAdd(key, mine);
        try
        {
            IListener listener = await entry.Value;
            if (ReferenceEquals(entry, mine))
            {
                sandbox.Gone.Register(() => services.Sandboxes.InBackground($"the listener for port {port} of sandbox {sandbox.Id} did not end", () => CloseAsync(key)));
            }

            // The server's end does not wait for what is begun after it.
            if (_closed || sandbox.Gone.IsCancellationRequested)
            {
                await CloseAsync(key);
                throw ApiException.SandboxNotFound(sandbox.Id);
            }

            return listener.Port;
        }
        catch (Exception e) when (e is not ApiException)
        {
            _listeners.TryRemove(new(key, entry));
            throw;
        }
    }

    /// <summary>Ends the listeners for a port.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> CloseAsync(string sandboxId, int port)
    {
        var target = new EdgeTarget(sandboxId, port);
        return await CloseAsync((target, true)) | await CloseAsync((target, false));
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await Task.WhenAll(_listeners.Keys.Select(CloseAsync));
    }

    private async Task<bool> CloseAsync((EdgeTarget Target, bool IsHttp) key)
    {
        if (!_listeners.TryRemove(key, out Lazy<Task<IListener>>? entry))
        {
            return false;
        }

        await (await entry.Value).DisposeAsync();
        return true;
    }

    private async Task<IListener> StartAsync(EdgeTarget target, bool isHttp) =>
        isHttp ? await HttpListener.StartAsync(services.Limits, context => RequestGuard.RunAsync(context, log, services.Limits, one => EdgeHandler.HandleAsync(one, target, services))) : new RawListener(services, target);

    /// <summary>A door of the edge that leads to one port only.</summary>
    private sealed class HttpListener(WebApplication app, int port) : IListener
    {
        private static readonly TimeSpan _drain = TimeSpan.FromSeconds(1);

        public int Port => port;

        public static async Task<HttpListener> StartAsync(ServerLimits limits, RequestDelegate handle)
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "E2B.LocalServer" });
            builder.WebHost.UseKestrelCore().UseSockets(KestrelSettings.Apply).ConfigureKestrel(options => KestrelSettings.Apply(options, 0, limits));
            WebApplication app = builder.Build();
            app.Run(handle);
            await app.StartAsync();
            string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            return new HttpListener(app, int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture));
        }

        public async ValueTask DisposeAsync()
        {
            using var limit = new CancellationTokenSource(_drain);
            await app.StopAsync(limit.Token);
            await app.DisposeAsync();
        }
    }

    /// <summary>Bytes both ways.</summary>
    private sealed class RawListener : IListener
    {
        private readonly TcpService _service;

        public RawListener(SandboxServices services, EdgeTarget target) =>
            _service = new TcpService(null, new IPEndPoint(IPAddress.Loopback, 0), (client, ending) => RelayAsync(services, target, client, ending));

        public int Port => _service.Port;

        public ValueTask DisposeAsync() => _service.DisposeAsync();

        // Whoever has the key asked for this; a raw connection has no place for the traffic token.
        private static async Task RelayAsync(SandboxServices services, EdgeTarget target, Socket client, CancellationToken ending)
        {
            SandboxAccess access;
            try
            {
                access = await services.Pauses.EnterAsync(target.SandboxId, static _ => true, ending) ?? throw new IOException("the sandbox is paused");
            }
            catch (ApiException e)
            {
                throw new IOException(e.Message, e);
            }

            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ending, access.Ended);
            Stream upstream = await access.ConnectPortAsync(target.Port, linked.Token);
            if (upstream is not NetworkStream { Socket: { } server })
            {
                await upstream.DisposeAsync();
                throw new IOException("this port has no bytes to relay");
            }

            await Relay.RunAsync(client, server, linked.Token);
        }
    }
}
