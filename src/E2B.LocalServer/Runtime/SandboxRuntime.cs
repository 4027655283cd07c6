using System.Collections.Concurrent;
using E2B.LocalServer.Native;
using E2B.LocalServer.Network;

namespace E2B.LocalServer.Runtime;

/// <summary>Starts sandboxes on this machine and ends them. One runtime at a time uses a data folder.</summary>
public sealed class SandboxRuntime : IAsyncDisposable
{
    private readonly FileStream _claim;
    private readonly SandboxParts _parts;
    private readonly ConcurrentDictionary<RunningSandbox, byte> _sandboxes = new();
    private readonly Lock _lock = new();
    private Task? _end;

    private SandboxRuntime(FileStream claim, SandboxParts parts)
    {
        _claim = claim;
        _parts = parts;
    }

    /// <summary>The options it was opened with.</summary>
    public SandboxRuntimeOptions Options => _parts.Options;

    /// <summary>The sandboxes there are at the moment, those that are starting or ending among them.</summary>
    public IReadOnlyCollection<RunningSandbox> Sandboxes => [.. _sandboxes.Keys];

    /// <summary>Why sandboxes have no network though they should; <see langword="null"/> when all is well.</summary>
    public string? NetworkFailure { get; private init; }

    internal SandboxParts Parts => _parts;

    /// <summary>
    /// Checks the machine, claims the data folder, removes what a crashed server left there and makes the base ready.
    /// </summary>
    public static async Task<SandboxRuntime> OpenAsync(SandboxRuntimeOptions options, CancellationToken cancellationToken)
    {
        StartupChecks.Run();
        options.DefaultLimits.Validate();
        Folders.Make(options.DataDirectory, Folders.Closed);
        var claim = Claim(options.DataDirectory);
        SandboxNetwork? network = null;
        try
        {
            ProcessWatcher.AdoptOrphans();
            Folders.Make(SandboxRuntimeOptions.SharedRuntimeRoot, Folders.Passable);
            Folders.Make(options.RuntimeDirectory, Folders.Passable);
            var runc = new Runc(options.RuncDirectory, options.RuntimeDirectory);
            await CleanUpAsync(options, runc);
            cancellationToken.ThrowIfCancellationRequested();
            (network, var failure) = await OpenNetworkAsync(options);
            return new SandboxRuntime(claim, await Task.Run(() => Prepare(options, runc, network), cancellationToken)) { NetworkFailure = failure };
        }
        catch
        {
            await (network?.DisposeAsync() ?? ValueTask.CompletedTask);
            await claim.DisposeAsync();
            throw;
        }
    }

    /// <summary>Removes every container, mount, loop device, control group and file of a server that crashed.</summary>
    public Task CleanUpAsync()
    {
        if (!_sandboxes.IsEmpty)
        {
            throw new InvalidOperationException("Leftovers are removed before the first sandbox starts.");
        }

        return CleanUpAsync(Options, _parts.Runc);
    }

    /// <summary>
    /// Starts a sandbox; its agent is starting when this returns (<see cref="RunningSandbox.WaitForAgentAsync"/>).
    /// Cancelled or failed, it leaves nothing behind.
    /// </summary>
    public async Task<RunningSandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        spec.Limits.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        var sandbox = new RunningSandbox(_parts, spec, ended => _sandboxes.TryRemove(ended, out _));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_end is not null, this);
            _sandboxes[sandbox] = 0;
        }

        try
        {
            await sandbox.StartAsync(cancellationToken);
            return sandbox;
        }
        catch (Exception error)
        {
            await EndFailedAsync(sandbox, error);
            if (error is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new SandboxException($"Sandbox {sandbox.ContainerId} was ended while it started.", error);
            }

            throw;
        }
    }

    /// <summary>Ends all sandboxes and removes all mounts.</summary>
    public async ValueTask DisposeAsync()
    {
        Task end;
        lock (_lock)
        {
            end = _end ??= Task.Run(EndAsync);
        }

        await end;
    }

    private static async Task EndFailedAsync(RunningSandbox sandbox, Exception startError)
    {
        try
        {
            await sandbox.DisposeAsync();
        }
        catch (SandboxException error)
        {
            throw new SandboxException($"{startError.Message} {error.Message}", startError);
        }
    }

    private async Task EndAsync()
    {
        await Task.WhenAll(_sandboxes.Keys.Select(EndQuietlyAsync));
        await Task.Run(_parts.Volumes.Dispose);
        await LeftoverCleaner.CleanAsync(Options, _parts.Runc);
        Folders.Delete(Options.RuntimeDirectory);
        await (_parts.Network?.DisposeAsync() ?? ValueTask.CompletedTask);
        _parts.IdRanges.Dispose();
        await _claim.DisposeAsync();
    }

    private static async Task EndQuietlyAsync(RunningSandbox sandbox)
    {
        try
        {
            await sandbox.DisposeAsync();
        }
        catch (SandboxException)
        {
            // The cleaner after it has another go at what is left.
        }
    }

    private static async Task CleanUpAsync(SandboxRuntimeOptions options, Runc runc)
    {
        await LeftoverCleaner.CleanAsync(options, runc);
        Folders.Make(options.SandboxesDirectory, Folders.Closed);
        Folders.Make(options.SocketDirectory, Folders.Closed);
        Folders.Make(options.BundleDirectory, Folders.Closed);
        Folders.Make(options.RuncDirectory, Folders.Closed);

        // A mount of its own that nothing spreads from, also where the host shares its mounts with other namespaces.
        Folders.Make(options.MountDirectory, Folders.Passable);
        Mounts.Mount("e2b-local", options.MountDirectory, "tmpfs", Mounts.NoSuid | Mounts.NoDevices, "mode=711,size=16m");
        Mounts.MakePrivate(options.MountDirectory);
    }

    // Most of what one does in a sandbox needs no network: without one, sandboxes run all the same.
    private static async Task<(SandboxNetwork? Network, string? Failure)> OpenNetworkAsync(SandboxRuntimeOptions options)
    {
        try
        {
            return options.Network is null ? default : (await SandboxNetwork.OpenAsync(options.Network, SandboxRuntimeOptions.SharedRuntimeRoot, options.Log), null);
        }
        catch (Exception e) when (e is NetworkException or StartupCheckException)
        {
            return (null, e.Message);
        }
    }

    private static SandboxParts Prepare(SandboxRuntimeOptions options, Runc runc, SandboxNetwork? network)
    {
        Folders.Make(options.BaseDirectory, Folders.Closed);
        var baseFileSystem = BaseFileSystem.Build(options.BaseDirectory);
        if (network is not null)
        {
            SandboxFiles.Write(baseFileSystem.Trees.Single(tree => tree.Name == BaseFileSystem.RootTree).Source);
        }

        var disks = new DiskImages(options.BaseDirectory, baseFileSystem);
        disks.Prepare(options.DefaultLimits.DiskMiB);
        var idRanges = new IdRangeAllocator(Path.Combine(SandboxRuntimeOptions.SharedRuntimeRoot, "ids"));
        try
        {
            LayerCheck.Run(baseFileSystem, options.MountDirectory, idRanges);
            return new SandboxParts(options, baseFileSystem, disks, idRanges, runc, network, new VolumeDisks(options));
        }
        catch
        {
            idRanges.Dispose();
            throw;
        }
    }

    private static FileStream Claim(string dataDirectory)
    {
        try
        {
            // FileShare.None is a lock that the system drops with the process.
            return new FileStream(Path.Combine(dataDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StartupCheckException(
                $"Another server is using the data folder {dataDirectory}. Stop it, or give this one another folder (--data).");
        }
    }
}
