using System.Diagnostics;
using System.Net.Sockets;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network;
using E2B.LocalServer.Network.Ports;
using Microsoft.Win32.SafeHandles;

namespace E2B.LocalServer.Runtime;

/// <summary>One sandbox, from its start to its end. All members may be used from several threads at once.</summary>
public sealed class RunningSandbox : IAsyncDisposable
{
    private static readonly TimeSpan _longestDeath = TimeSpan.FromSeconds(10);

    private readonly SandboxParts _parts;
    private readonly Action<RunningSandbox> _ended;
    private readonly RootFileSystem _files;
    private readonly string _bundle;
    private readonly string _diskFolder;
    private readonly string _image;
    private readonly string _socketPath;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _freezing = new(1, 1);
    private readonly Lock _lock = new();
    private Task _starting = Task.CompletedTask;
    private Task? _end;
    private IdRange? _idRange;
    private OutputTail? _output;
    private FileStream? _diskClaim;
    private SandboxPorts? _ports;
    private SandboxLink? _link;
    private bool _containerMade;
    private bool _frozen;

    internal RunningSandbox(SandboxParts parts, SandboxSpec spec, Action<RunningSandbox> ended)
    {
        _parts = parts;
        _ended = ended;
        Spec = spec;
        ContainerId = SandboxId.New();
        var options = parts.Options;
        _diskFolder = Path.Combine(options.SandboxesDirectory, ContainerId);
        _image = Path.Combine(_diskFolder, "disk.img");
        _bundle = Path.Combine(options.BundleDirectory, ContainerId);
        _socketPath = Path.Combine(options.SocketDirectory, ContainerId);
        _files = new RootFileSystem(Path.Combine(options.MountDirectory, ContainerId), _image);
    }

    /// <summary>The container's name, which serves as the sandbox's id as well.</summary>
    public string ContainerId { get; }

    /// <summary>What it was started from.</summary>
    public SandboxSpec Spec { get; }

    /// <summary>The host's number of its first process.</summary>
    public int InitPid { get; private set; }

    /// <summary>The host's ids that it has for itself.</summary>
    public IdRange IdRange => _idRange ?? throw new InvalidOperationException("The sandbox has not been started.");

    /// <summary>Completes when the first process has ended, for whatever reason, and with it every other.</summary>
    public Task Exited => _exited.Task;

    /// <summary>How long the start took.</summary>
    public StartTimings Timings { get; private set; } = new(default, default, default);

    /// <summary>The end of what the agent has written to stdout and stderr.</summary>
    public string AgentOutput => _output?.ToString() ?? string.Empty;

    /// <summary>Gives each line that the agent writes from now on to a reader, which must not throw.</summary>
    public void ReadAgentLines(Action<string> reader) => _output?.ReadLines(reader);

    /// <summary>The container's root as the host sees it, owners shifted.</summary>
    internal string HostRoot => _files.Root;

    /// <summary>Its place on the router, where it has one.</summary>
    internal SandboxLink? Link => _link;

    private string ControlGroup => $"{_parts.Options.ControlGroup}/{ContainerId}";

    /// <summary>A new connection to the agent.</summary>
    public Task<Socket> ConnectAgentAsync(CancellationToken cancellationToken) =>
        AgentProbe.ConnectAsync(_socketPath, cancellationToken);

    /// <summary>True when the agent serves.</summary>
    public Task<bool> IsAgentHealthyAsync(CancellationToken cancellationToken) =>
        AgentProbe.IsHealthyAsync(_socketPath, cancellationToken);

    /// <summary>A new connection to a TCP port of the sandbox, its loopback first.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    public Task<Socket> ConnectPortAsync(int port, CancellationToken cancellationToken) =>
        _ports?.ConnectAsync(port, cancellationToken) ?? throw new SandboxException($"Sandbox {ContainerId} has ended.");

    /// <summary>Replaces the rules for where the sandbox may connect to; until then it is the whole internet.</summary>
    /// <exception cref="NotSupportedException">The sandbox has no network, and something of it is asked for by name or address.</exception>
    public async Task SetEgressAsync(EgressPolicy policy)
    {
        if (_link is not null)
        {
            await _link.SetPolicyAsync(policy);
        }
        else if (policy.Allowed.Count > 0 || policy.AllowedNames.Count > 0)
        {
            throw new NotSupportedException("its sandboxes have no network");
        }
    }

    /// <summary>Waits until the agent serves; a <see cref="SandboxException"/> says what it wrote when it ends instead.</summary>
    public async Task WaitForAgentAsync(CancellationToken cancellationToken)
    {
        while (!await IsAgentHealthyAsync(cancellationToken))
        {
            if (Exited.IsCompleted)
            {
                throw new SandboxException($"The agent of sandbox {ContainerId} ended. It wrote: {AgentOutput.Trim()}");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    /// <summary>Stops every process where it is, until <see cref="ThawAsync"/>.</summary>
    public Task FreezeAsync() => SetFrozenAsync(true);

    /// <summary>Lets frozen processes go on.</summary>
    public Task ThawAsync() => SetFrozenAsync(false);

    /// <summary>What it uses at the moment.</summary>
    public SandboxUsage ReadUsage()
    {
        try
        {
            return SandboxUsage.Read(ControlGroup, _files.Disk);
        }
        catch (IOException error)
        {
            throw new SandboxException($"Sandbox {ContainerId} has ended.", error);
        }
    }

    /// <summary>
    /// Copies what the sandbox has written to a new folder that can be a layer of others, owners as inside. Freeze
    /// it first, or the copy may hold half-written files. Layers below are not part of it.
    /// </summary>
    public Task SaveLayerAsync(string folder, CancellationToken cancellationToken) =>
        LayerWriter.SaveAsync(_files.Disk, _parts.Base, folder, cancellationToken);

    /// <summary>
    /// Gives the disk a second name in the data folder, under which it is still there when the sandbox has ended and
    /// when the server was killed. A sandbox started with it (<see cref="SandboxSpec.Disk"/>) has the files as they
    /// were last; processes are lost.
    /// </summary>
    public Task KeepDiskAsync(string path) => Task.Run(() => SandboxDisk.Keep(_image, _files.Disk, path));

    /// <summary>Ends the sandbox and frees all it had. Calls after the first wait for the same end.</summary>
    public Task KillAsync()
    {
        lock (_lock)
        {
            return _end ??= Task.Run(EndAsync);
        }
    }

    /// <inheritdoc cref="KillAsync"/>
    public async ValueTask DisposeAsync() => await KillAsync();

    internal Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_end is not null, this);
            return _starting = Task.Run(() => StartCoreAsync(cancellationToken), CancellationToken.None);
        }
    }

    private async Task StartCoreAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        var watch = Stopwatch.StartNew();

        // No step is broken off half-way; all are short, and what is whole can be undone.
        either.Token.ThrowIfCancellationRequested();
        if (Spec.Layers.FirstOrDefault(layer => !Directory.Exists(layer)) is { } missing)
        {
            throw new SandboxException($"There is no layer {missing}.");
        }

        _idRange = _parts.IdRanges.Take();
        Directory.CreateDirectory(_diskFolder);
        _diskClaim = SandboxDisk.Open(_parts.Disks, _image, Spec);
        var prepared = watch.Elapsed;

        either.Token.ThrowIfCancellationRequested();
        var namespaceFd = (int)_idRange.MountMapping.DangerousGetHandle();
        _files.Mount(_parts.Base, Spec.Layers, _parts.Options.Agent, namespaceFd, Spec.Overrides);
        _files.MountVolumes([.. Spec.Volumes.Select(volume => volume.Image is null ? null : _parts.Volumes.Mount(volume.Image))], namespaceFd);
        var mounted = watch.Elapsed;

        either.Token.ThrowIfCancellationRequested();
        await StartContainerAsync(_idRange);
        Timings = new StartTimings(prepared, mounted - prepared, watch.Elapsed - mounted);
        either.Token.ThrowIfCancellationRequested();
    }

    private async Task StartContainerAsync(IdRange idRange)
    {
        var config = OciConfig.Build(
            _files.Root, ControlGroup, Spec.Limits, idRange, Spec.Interpreter ? _parts.Options.Agent.WithInterpreter() : _parts.Options.Agent);
        OciConfig.AddVolumes(config, Spec.Volumes.Select((volume, index) => (_files.VolumePoint(index), volume.Path)));
        Spec.Overrides?.Configuration?.Invoke(config);
        Directory.CreateDirectory(_bundle);
        await File.WriteAllTextAsync(Path.Combine(_bundle, "config.json"), config.ToJsonString());

        var (ours, theirs) = Descriptor.SocketPair();
        _output = new OutputTail(ours);
        using (theirs)
        using (var listener = Descriptor.Listen(_socketPath))
        {
            _containerMade = true;
            InitPid = await _parts.Runc.RunAsync(
                ContainerId, _bundle, Spec.Overrides?.OpenFiles ?? ProcessLimits.OpenFiles, Number(theirs), Number(listener));
        }

        _files.UnmountVolumes();
        _ = WatchAsync();
        await ConnectNetworkAsync();
    }

    private async Task ConnectNetworkAsync()
    {
        NetworkNamespace network;
        try
        {
            network = NetworkNamespace.OfProcess(InitPid);
        }
        catch (LinuxException e) when (e.Errno is Errno.NoEntry or Errno.NoProcess)
        {
            return; // its first process has ended already, which others report
        }

        try
        {
            _link = _parts.Network is null ? null : await _parts.Network.AttachAsync(network);
        }
        catch
        {
            network.Dispose();
            throw;
        }

        _ports = new SandboxPorts(network, _link?.Address);
    }

    private async Task WatchAsync()
    {
        try
        {
            await ProcessWatcher.Instance.WaitAsync(InitPid);
        }
        finally
        {
            _exited.TrySetResult();
        }
    }

    private async Task SetFrozenAsync(bool frozen)
    {
        await _freezing.WaitAsync();
        try
        {
            if (_ending.IsCancellationRequested || Exited.IsCompleted)
            {
                throw new SandboxException($"Sandbox {ContainerId} has ended.");
            }

            if (_frozen == frozen)
            {
                return;
            }

            try
            {
                await (frozen ? Freezer.FreezeAsync(ControlGroup) : Task.Run(() => Freezer.Thaw(ControlGroup)));
                _frozen = frozen;
            }
            catch (IOException error)
            {
                throw new SandboxException($"Sandbox {ContainerId} has ended.", error);
            }
        }
        finally
        {
            _freezing.Release();
        }
    }

    private async Task EndAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await _starting;
        }
        catch (Exception)
        {
            // Told to whoever started it; here only what is left counts.
        }

        var failures = new List<Exception>();
        await TryAsync(EndContainerAsync, failures);
        _exited.TrySetResult();
        await TryAsync(DisconnectNetworkAsync, failures);
        await TryAsync(() => Task.Run(DeleteFiles), failures);
        if (_idRange is not null)
        {
            _parts.IdRanges.Return(_idRange);
        }

        _ended(this);
        _ending.Dispose();
        if (failures.Count > 0)
        {
            throw new SandboxException($"Sandbox {ContainerId} has ended, but not all of it could be removed: {failures[0].Message}", new AggregateException(failures));
        }
    }

    private async Task EndContainerAsync()
    {
        if (!_containerMade)
        {
            return;
        }

        await _freezing.WaitAsync();
        try
        {
            // runc's own forced deletion looks every 100 ms whether the process is gone; this is told at once.
            if (InitPid > 0 && !Exited.IsCompleted)
            {
                ProcessWatcher.KillProcess(InitPid);
                if (_frozen)
                {
                    Freezer.Thaw(ControlGroup);
                }

                await Task.WhenAny(Exited, Task.Delay(_longestDeath));
            }

            if (!Exited.IsCompleted || !await _parts.Runc.TryForgetAsync(ContainerId, ControlGroup))
            {
                await _parts.Runc.DeleteAsync(ContainerId);
            }
        }
        finally
        {
            _freezing.Release();
        }
    }

    private async Task DisconnectNetworkAsync()
    {
        _ports?.Dispose();
        if (_link is not null)
        {
            await _link.DisposeAsync();
        }
    }

    private void DeleteFiles()
    {
        _files.Unmount();
        File.Delete(_socketPath);
        Folders.Delete(_bundle);
        _diskClaim?.Dispose();
        Folders.Delete(_diskFolder);
        _output?.Dispose();
    }

    private static async Task TryAsync(Func<Task> step, List<Exception> failures)
    {
        try
        {
            await step();
        }
        catch (Exception error)
        {
            failures.Add(error);
        }
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
