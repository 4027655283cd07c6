using System.Net.Sockets;
using E2B.LocalServer.ControlPlane;
using E2B.LocalServer.Network;
using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.Hosting;

/// <summary>Sandboxes as containers: what the control plane asks for, said in the runtime's terms.</summary>
internal sealed class RuncSandboxHost(string dataDirectory, int poolSize, NetworkOptions? network, ILogger log) : ISandboxHost
{
    private SandboxRuntime? _runtime;
    private SandboxPool? _pool;
    private SandboxPool? _interpreters;

    public bool CanPause => true;

    /// <summary>For tests: what runs the containers.</summary>
    internal SandboxRuntime Runtime => _runtime!;

    /// <summary>What the code interpreter needs of this machine.</summary>
    internal InterpreterPackages Packages { get; init; } = new();

    public IVolumeHost? Volumes => _runtime is null ? null : new VolumeHost(_runtime.Parts.Volumes);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _runtime = await SandboxRuntime.OpenAsync(
                new SandboxRuntimeOptions
                {
                    DataDirectory = Path.Combine(dataDirectory, "runtime"),
                    Agent = AgentCommand.ThisProgram(),
                    PoolSize = poolSize,
                    DefaultLimits = Convert(ServerFacts.BaseLimits),
                    Network = network,
                    Log = log,
                },
                cancellationToken);
        }
        catch (StartupCheckException e)
        {
            throw new ServerStartException(e.Message, e);
        }

        if (_runtime.NetworkFailure is { } failure)
        {
            log.LogWarning("Sandboxes have no internet. {Reason}", failure);
        }

        var traffic = new PoolTraffic();
        _pool = new SandboxPool(_runtime, log, traffic);
        _interpreters = new SandboxPool(
            _runtime, log, traffic, new SandboxSpec { Limits = Convert(ServerFacts.InterpreterLimits), Interpreter = true },
            onDemand: true,
            mostStartsAtOnce: Math.Max(4, 2 * Environment.ProcessorCount), // each also starts Python twice, and would slow the others down until one gives up
            waitUntilReady: (sandbox, cancellationToken) => InterpreterProbe.WaitAsync(new Hosted(sandbox, ServerFacts.InterpreterLimits), cancellationToken));
    }

    public async Task<IHostedSandbox> TakeAsync(SandboxOrigin origin, CancellationToken cancellationToken)
    {
        var spec = new SandboxSpec
        {
            Limits = Convert(origin.Limits),
            Layers = origin.Layers,
            Disk = origin.Disk,
            Volumes = origin.Volumes,
            Overrides = origin.Overrides,
            Interpreter = origin.Interpreter,
        };
        if (origin.Interpreter)
        {
            await Packages.DemandAsync(cancellationToken);
        }

        SandboxPool pool = origin.Interpreter ? _interpreters! : _pool!;
        return new Hosted(await pool.TakeAsync(spec, cancellationToken), origin.Limits);
    }

    public async ValueTask DisposeAsync()
    {
        if (_pool is not null)
        {
            await Task.WhenAll(_pool.DisposeAsync().AsTask(), _interpreters!.DisposeAsync().AsTask());
        }

        if (_runtime is not null)
        {
            await _runtime.DisposeAsync();
        }
    }

    private static ResourceLimits Convert(SandboxLimits limits) =>
        new() { CpuCount = limits.CpuCount, MemoryMiB = limits.MemoryMB, DiskMiB = limits.DiskSizeMB };

    private sealed class VolumeHost(VolumeDisks disks) : IVolumeHost
    {
        public Task CreateAsync(string image, int sizeMB) => Task.Run(() => disks.Create(image, sizeMB));

        public Task<string> OpenAsync(string image) => Task.Run(() => disks.Mount(image));

        public Task RemoveAsync(string image) => Task.Run(() => disks.Remove(image));
    }

    private sealed class Hosted(RunningSandbox sandbox, SandboxLimits limits) : IHostedSandbox
    {
        public string Name => sandbox.ContainerId;

        public Task Exited => sandbox.Exited;

        public string AgentOutput => sandbox.AgentOutput;

        public SandboxLimits Limits => limits;

        public async ValueTask<Stream> ConnectAgentAsync(CancellationToken cancellationToken) =>
            new NetworkStream(await sandbox.ConnectAgentAsync(cancellationToken), ownsSocket: true);

        public async ValueTask<Stream> ConnectPortAsync(int port, CancellationToken cancellationToken) =>
            new NetworkStream(await sandbox.ConnectPortAsync(port, cancellationToken), ownsSocket: true);

        public Task SetEgressAsync(EgressPolicy policy) => sandbox.SetEgressAsync(policy);

        public void ReadAgentLines(Action<string> reader) => sandbox.ReadAgentLines(reader);

        public Task FreezeAsync() => sandbox.FreezeAsync();

        public Task ThawAsync() => sandbox.ThawAsync();

        public Task SaveLayerAsync(string folder, CancellationToken cancellationToken) => sandbox.SaveLayerAsync(folder, cancellationToken);

        public Task KeepDiskAsync(string path) => sandbox.KeepDiskAsync(path);

        public SandboxUsage ReadUsage() => sandbox.ReadUsage();

        public ValueTask DisposeAsync() => sandbox.DisposeAsync();
    }
}
