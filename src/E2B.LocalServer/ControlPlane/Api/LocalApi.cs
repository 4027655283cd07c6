using System.Globalization;
using E2B.LocalServer.Hosting;
using E2B.LocalServer.Images;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace E2B.LocalServer.ControlPlane;

/// <summary>The control plane and the edge, listening.</summary>
internal sealed class LocalApi : IAsyncDisposable
{
    private static readonly TimeSpan _drain = TimeSpan.FromSeconds(2);
    private readonly WebApplication _app;
    private readonly SandboxServices _services;

    private LocalApi(WebApplication app, SandboxServices services, int port)
    {
        _app = app;
        _services = services;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts listening on 127.0.0.1.</summary>
    /// <param name="port">0 for a free one.</param>
    /// <param name="apiKey">What the control plane asks for.</param>
    /// <param name="host">What starts sandboxes; already started.</param>
    /// <param name="saved">What outlived the servers before.</param>
    /// <param name="clock">Whose time ends sandboxes.</param>
    /// <param name="log">Where what went wrong is said, a line each.</param>
    /// <param name="limits">What clients may ask for, where it is not the usual.</param>
    /// <param name="events">Where it is said what happens to sandboxes.</param>
    /// <param name="images">Where builds get images of registries from.</param>
    /// <exception cref="ServerStartException">The port cannot be had.</exception>
    public static async Task<LocalApi> StartAsync(int port, string apiKey, ISandboxHost host, SavedData saved, TimeProvider clock, Action<string> log, ServerLimits? limits = null, ServerLog? events = null, IImageSource? images = null)
    {
        limits ??= ServerLimits.Default;

        // Empty: no configuration files to find and watch, no environment variables that change the address.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "E2B.LocalServer" });
        builder.WebHost.UseKestrelCore().UseSockets(KestrelSettings.Apply).ConfigureKestrel(options => KestrelSettings.Apply(options, port, limits));
        WebApplication app = builder.Build();
        var services = new SandboxServices(host, saved, clock, limits, log, events, images);
        app.Run(new Dispatcher(services, new ApiKeyCheck(apiKey, saved.Keys), limits, log).HandleAsync);
        try
        {
            await app.StartAsync();
        }
        catch (IOException e)
        {
            await app.DisposeAsync();
            await services.DisposeAsync();
            throw e.InnerException is AddressInUseException
                ? new ServerStartException($"port {port} is taken by another program: choose one with --port, or --port 0 for a free one", e)
                : new ServerStartException($"port {port} cannot be used: {e.Message}", e);
        }
        catch (System.Net.Sockets.SocketException e)
        {
            await app.DisposeAsync();
            await services.DisposeAsync();
            throw new ServerStartException($"port {port} cannot be used: {e.Message}", e);
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LocalApi(app, services, int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture));
    }

    /// <summary>Ends the sandboxes but what is kept of paused ones, and with them what streams from them, then what is left of the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        using var limit = new CancellationTokenSource(_drain);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
