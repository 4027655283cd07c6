using E2B.LocalServer.Runtime;

namespace E2B.LocalServer.ControlPlane;

/// <summary>
/// Copies sandboxes: into snapshots, which are kept, and into forks. A copy has the files; memory and processes
/// stay with the original, which stands still while they are copied.
/// </summary>
internal sealed class SnapshotMaker(SandboxRegistry sandboxes, SandboxStarter starter, SavedData saved, TimeProvider clock)
{
    private const int ForksAtOnce = 4;

    /// <summary>Makes a snapshot.</summary>
    /// <param name="id">The sandbox, which goes on.</param>
    /// <param name="name">A name and maybe a tag; none for a snapshot that only has an id.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The snapshot and the tag of this state.</returns>
    public async Task<(Snapshot Snapshot, string Tag)> SnapshotAsync(string id, TemplateName? name, CancellationToken cancellationToken)
    {
        DemandSaving();
        if (name is { } given && Template.BuiltIn.Any(one => one.Id == given.Name))
        {
            throw ApiException.BadRequest($"Invalid name: '{given.Name}' is the server's own template");
        }

        if (name is { } taken && saved.Snapshots.Find(taken.Name) is { IsBuilt: true })
        {
            throw new ApiException(StatusCodes.Status409Conflict, $"Name '{taken.Name}' is already used by a template that was built");
        }

        Sandbox sandbox = sandboxes.Get(id);
        if (sandbox.Phase.State is SandboxState.Paused or SandboxState.Resuming)
        {
            throw ApiException.SandboxNotFound(id); // as in the cloud: only what runs can be copied
        }

        Template copy = await CopyAsync(sandbox, "snapshotted", cancellationToken);
        var state = new SnapshotState
        {
            Tag = name?.Tag ?? Snapshot.DefaultTag,
            Layers = copy.Layers,
            Limits = copy.Limits,
            EnvVars = sandbox.Order.AllEnvVars(),
            Context = copy.Context,
            Start = copy.Start,
            Interpreter = copy.Interpreter,
            BuildId = Guid.NewGuid(),
            CreatedAt = Times.ToMicrosecond(clock.GetUtcNow()),
        };
        try
        {
            await FileSystems.FlushAsync(saved.Layers.Folder(copy.Layers[^1]));
            return (await saved.Snapshots.AddAsync(name?.Name, id, state, Times.ToMicrosecond(clock.GetUtcNow())), state.Tag);
        }
        catch
        {
            await saved.Layers.ReleaseAsync(copy.Layers);
            throw;
        }
    }

    /// <summary>Makes sandboxes that have the files another one has now. Each is made or fails by itself.</summary>
    public async Task<IReadOnlyList<(Sandbox? Sandbox, ApiException? Error)>> ForkAsync(
        string id, TimeSpan lifetime, int count, CancellationToken cancellationToken)
    {
        DemandSaving();
        Sandbox original = sandboxes.Get(id);
        if (original.Phase.State is SandboxState.Paused or SandboxState.Resuming)
        {
            throw new ApiException(StatusCodes.Status409Conflict, $"Sandbox '{id}' is paused and cannot be forked; resume it first");
        }

        Template copy = await CopyAsync(original, "forked", cancellationToken);
        try
        {
            original.Log.Debug("Creating forked sandboxes from snapshot", new KeyValuePair<string, string>("count", count.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            SandboxOrder order = original.Order with { Lifetime = lifetime, Template = copy };
            using var turns = new SemaphoreSlim(ForksAtOnce);
            return await Task.WhenAll(Enumerable.Range(0, count).Select(_ => ForkOneAsync(order, turns, cancellationToken)));
        }
        finally
        {
            await saved.Layers.ReleaseAsync(copy.Layers);
        }
    }

    private async Task<(Sandbox? Sandbox, ApiException? Error)> ForkOneAsync(SandboxOrder order, SemaphoreSlim turns, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            return (await sandboxes.CreateAsync(order, cancellationToken), null);
        }
        catch (ApiException e)
        {
            return (null, e);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The sandbox's template with one more layer: what the sandbox itself has written. The caller holds all of them.</summary>
    private async Task<Template> CopyAsync(Sandbox sandbox, string verb, CancellationToken cancellationToken)
    {
        Template template = sandbox.Order.Template;
        if (template.Layers.Count >= RootFileSystem.MostLayers)
        {
            throw ApiException.BadRequest($"Sandbox '{sandbox.Id}' cannot be {verb}: {RootFileSystem.MostLayers} snapshots, forks and steps of builds already lie below its files, and there cannot be more");
        }

        using StateChange change = sandboxes.TryBegin(sandbox, SandboxState.Running, SandboxState.Snapshotting)
            ?? throw new ApiException(StatusCodes.Status409Conflict, $"Sandbox '{sandbox.Id}' cannot be {verb} while in '{sandbox.Phase.StateName}' state");
        sandbox.Log.Info("Checkpointing sandbox");
        if (!saved.Layers.TryHold(template.Layers))
        {
            throw ApiException.SandboxNotFound(sandbox.Id); // it has ended in this moment
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, sandbox.Gone);
            string layer = await saved.Layers.AddAsync(folder => CopyFrozenAsync(sandbox, folder, either.Token));
            return template with { Layers = [.. template.Layers, layer] };
        }
        catch (Exception e)
        {
            await saved.Layers.ReleaseAsync(template.Layers);
            cancellationToken.ThrowIfCancellationRequested();
            throw sandbox.Gone.IsCancellationRequested
                ? ApiException.SandboxNotFound(sandbox.Id)
                : new ApiException(StatusCodes.Status500InternalServerError, $"Error creating snapshot template: {e.Message}", e);
        }
    }

    private static async Task CopyFrozenAsync(Sandbox sandbox, string folder, CancellationToken cancellationToken)
    {
        IHostedSandbox hosted = sandbox.Hosted!;
        await hosted.FreezeAsync();
        try
        {
            await hosted.SaveLayerAsync(folder, cancellationToken);
        }
        finally
        {
            if (!hosted.Exited.IsCompleted && !sandbox.Gone.IsCancellationRequested)
            {
                await hosted.ThawAsync();
            }
        }
    }

    private void DemandSaving()
    {
        if (!starter.CanPause)
        {
            throw ApiException.NeedsContainers();
        }
    }
}
