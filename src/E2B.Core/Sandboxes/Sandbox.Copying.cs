using E2B.Protocol.Rest;
using E2B.Sandboxes;
using E2B.Transport;

namespace E2B;

/// <content>Pausing the sandbox, connecting to it again, and copying it.</content>
public sealed partial class Sandbox
{
    /// <summary>How it came back when this object last connected to it.</summary>
    public SandboxResumption ResumedFrom => Facts.ResumedFrom;

    /// <summary>Pauses the sandbox: it stops where it is and is kept, until it is connected to or killed. This object stays usable for then.</summary>
    /// <param name="keepMemory"><see langword="false"/> keeps the files alone: processes and memory are let go, and the sandbox starts anew when it is resumed.</param>
    /// <param name="cancellationToken">Gives up. Whether the sandbox is paused then is not known.</param>
    /// <returns><see langword="false"/> when it was paused already; then it stays as it is.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    /// <exception cref="E2BConflictException">Something else is being done with it, such as a snapshot.</exception>
    public async Task<bool> PauseAsync(bool keepMemory = true, CancellationToken cancellationToken = default)
    {
        bool paused = await Client.Sandboxes.PauseAsync(SandboxId, keepMemory, cancellationToken).ConfigureAwait(false);
        Note(facts => facts.Paused(justNow: paused));
        return paused;
    }

    /// <summary>Connects to the sandbox; if it is paused it is resumed, and this object goes on with it. In debug mode nothing happens.</summary>
    /// <param name="timeout">How long it lives from now on at least (a running one's lifetime is never shortened); <see langword="null"/> means 300 s.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>This object.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    public Task<Sandbox> ConnectAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        ResumeAsync(timeout, keepMemory: true, cancellationToken);

    /// <summary>Connects to the sandbox as <see cref="ConnectAsync"/> does, with a choice of how it comes back. <see cref="ResumedFrom"/> tells how it did.</summary>
    /// <param name="timeout">How long it lives from now on at least (a running one's lifetime is never shortened); <see langword="null"/> means 300 s.</param>
    /// <param name="keepMemory"><see langword="false"/> starts a paused sandbox anew from its files, also where its memory is there. A running one stays as it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>This object.</returns>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    public async Task<Sandbox> ResumeAsync(TimeSpan? timeout = null, bool keepMemory = true, CancellationToken cancellationToken = default)
    {
        if (!Client.Connection.Debug)
        {
            (SandboxModel model, SandboxResumption resumption) =
                await Client.Sandboxes.SendConnectAsync(SandboxId, timeout, keepMemory, cancellationToken).ConfigureAwait(false);
            _endpoint.Renew(new DaemonEndpoint(Client.Connection, SandboxId, SandboxModels.ToAccess(model)));
            NoteConnected(resumption, timeout);
        }

        return this;
    }

    /// <summary>Makes sandboxes that have the files this one has now. See <see cref="SandboxOperations.ForkAsync"/>.</summary>
    /// <param name="options">How many, and for how long; <see langword="null"/> means one for 300 s.</param>
    /// <param name="cancellationToken">Gives up. Forks that are made all the same within 5 s are ended again.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    /// <exception cref="E2BConflictException">The sandbox is paused, or something else is being done with it.</exception>
    public Task<IReadOnlyList<SandboxForkResult>> ForkAsync(SandboxForkOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.Sandboxes.ForkLikeAsync(SandboxId, options, Facts.Info, cancellationToken);

    /// <summary>Makes a snapshot of the files this sandbox has now. See <see cref="SnapshotOperations.CreateAsync"/>.</summary>
    /// <param name="name"><c>name</c> or <c>name:tag</c>; <see langword="null"/> for a snapshot that only has an id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SandboxNotFoundException">The sandbox is gone.</exception>
    /// <exception cref="E2BConflictException">The sandbox is paused, or something else is being done with it.</exception>
    public Task<SnapshotInfo> CreateSnapshotAsync(string? name = null, CancellationToken cancellationToken = default) =>
        Client.Snapshots.CreateAsync(SandboxId, name, cancellationToken);

    /// <summary>Lists the snapshots that were made of this sandbox. A page is asked for when the one before it is used up, and not earlier.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public IAsyncEnumerable<SnapshotInfo> ListSnapshotsAsync(CancellationToken cancellationToken = default) =>
        Client.Snapshots.ListAsync(new SnapshotListFilter { SandboxId = SandboxId }, cancellationToken);

    internal void NoteConnected(SandboxResumption resumption, TimeSpan? timeout) =>
        Note(facts => facts.Connected(resumption, TimeSpan.FromSeconds(SandboxModels.ToSeconds(timeout))));
}
