using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace E2B.LocalServer.Tests.ControlPlane;

/// <summary>
/// A fake at the border of the control plane: its sandboxes are web programs in this process that play the agent.
/// </summary>
internal sealed class FakeSandboxHost : ISandboxHost
{
    private readonly ConcurrentBag<FakeSandbox> _all = [];

    /// <summary>What the agent answers, apart from <c>/init</c>.</summary>
    public RequestDelegate Agent { get; set; } = context => context.Response.WriteAsync("agent");

    /// <summary>What <c>/init</c> answers.</summary>
    public int InitStatus { get; set; } = 204;

    /// <summary>What happens before a sandbox is handed out.</summary>
    public Func<CancellationToken, Task> BeforeTake { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens to a sandbox before anybody speaks to its agent.</summary>
    public Action<FakeSandbox> AfterTake { get; set; } = _ => { };

    /// <summary>What connects to a port of a sandbox.</summary>
    public Func<int, Stream> ConnectPort { get; set; } = _ => throw new NotSupportedException();

    /// <summary>What happens before rules are taken.</summary>
    public Action<EgressPolicy> BeforeEgress { get; set; } = _ => { };

    /// <summary>What every sandbox says it uses.</summary>
    public SandboxUsage Usage { get; set; } = new(TimeSpan.Zero, 0, 0, 0, 0);

    public bool CanPause { get; init; } = true;

    public IVolumeHost? Volumes { get; init; } = new FakeVolumeHost();

    public IReadOnlyCollection<FakeSandbox> All => _all;

    public bool IsDisposed { get; private set; }

    public FakeSandbox Only => Assert.Single(_all);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken)
    {
        await BeforeTake(cancellationToken);
        FakeSandbox sandbox = await FakeSandbox.StartAsync(this, origin);
        _all.Add(sandbox);
        AfterTake(sandbox);
        return sandbox;
    }

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        foreach (FakeSandbox sandbox in _all)
        {
            await sandbox.DisposeAsync();
        }
    }
}

internal sealed class FakeSandbox : IHostedSandbox
{
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeSandboxHost _host;
    private readonly WebApplication _agent;
    private readonly string _directory;
    private readonly ConcurrentBag<Socket> _connections = [];
    private int _disposals;

    private FakeSandbox(FakeSandboxHost host, SandboxOrigin origin, WebApplication agent, string directory)
    {
        _host = host;
        _agent = agent;
        _directory = directory;
        Origin = origin;
    }

    public Task Exited => _exited.Task;

    public SandboxLimits Limits => Origin.Limits;

    /// <summary>What it was started from.</summary>
    public SandboxOrigin Origin { get; }

    /// <summary>Whether its processes stand still; the fake agent answers all the same.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>What happens while the files are copied.</summary>
    public Func<CancellationToken, Task> WhileSaving { get; set; } = _ => Task.CompletedTask;

    /// <summary>What happens while the disk is kept.</summary>
    public Func<Task> WhileKeeping { get; set; } = () => Task.CompletedTask;

    /// <summary>Writes a line as the agent would.</summary>
    public Action<string> Report { get; private set; } = _ => { };

    /// <summary>The body of <c>/init</c>.</summary>
    public JsonNode? Init { get; private set; }

    public int Connections => _connections.Count;

    /// <summary>Ends when the sandbox was disposed.</summary>
    public Task Disposed => _disposed.Task;

    /// <summary>Where its agent listens.</summary>
    public string SocketPath => Path.Combine(_directory, "agent.sock");

    public static async Task<FakeSandbox> StartAsync(FakeSandboxHost host, SandboxOrigin origin)
    {
        string directory = Directory.CreateTempSubdirectory("fake").FullName;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.ListenUnixSocket(Path.Combine(directory, "agent.sock"), listen => listen.Protocols = HttpProtocols.Http1);
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
        });
        WebApplication app = builder.Build();
        var sandbox = new FakeSandbox(host, origin, app, directory);
        app.Run(sandbox.AnswerAsync);
        await app.StartAsync();
        return sandbox;
    }

    public async ValueTask<Stream> ConnectAgentAsync(CancellationToken cancellationToken)
    {
        Socket socket = await AgentProbe.ConnectAsync(SocketPath, cancellationToken);
        _connections.Add(socket);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public ValueTask<Stream> ConnectPortAsync(int port, CancellationToken cancellationToken) => new(_host.ConnectPort(port));

    /// <summary>The rules it was last given.</summary>
    public EgressPolicy? Egress { get; private set; }

    public Task SetEgressAsync(EgressPolicy policy)
    {
        _host.BeforeEgress(policy);
        Egress = policy;
        return Task.CompletedTask;
    }

    public void ReadAgentLines(Action<string> reader) => Report = reader;

    public Task FreezeAsync()
    {
        IsFrozen = true;
        return Task.CompletedTask;
    }

    public Task ThawAsync()
    {
        IsFrozen = false;
        return Task.CompletedTask;
    }

    public async Task SaveLayerAsync(string folder, CancellationToken cancellationToken)
    {
        Assert.True(IsFrozen, "copied while it runs");
        Directory.CreateDirectory(folder);
        await WhileSaving(cancellationToken);
    }

    public async Task KeepDiskAsync(string path)
    {
        Assert.True(IsFrozen, "kept while it runs");
        await File.WriteAllTextAsync(path, "disk");
        await WhileKeeping();
    }

    public SandboxUsage ReadUsage() => _host.Usage;

    /// <summary>What happens when the agent closes every connection.</summary>
    public void CloseConnections()
    {
        foreach (Socket socket in _connections)
        {
            if (!socket.SafeHandle.IsClosed)
            {
                socket.Shutdown(SocketShutdown.Both);
            }
        }
    }

    /// <summary>The sandbox stops by itself.</summary>
    public void Exit() => _exited.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) > 1)
        {
            return;
        }

        _exited.TrySetResult();
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        await _agent.StopAsync(now.Token);
        await _agent.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        _disposed.TrySetResult();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path != "/init")
        {
            await _host.Agent(context);
            return;
        }

        Init = await JsonNode.ParseAsync(context.Request.Body);
        context.Response.StatusCode = _host.InitStatus;
        if (_host.InitStatus >= 300)
        {
            await context.Response.WriteAsync("no such user");
        }
    }
}
